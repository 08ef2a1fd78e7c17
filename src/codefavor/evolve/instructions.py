"""Instructions as seeds of Critic-Evol: from a table, or from the docstrings of a repository's functions.

The paper's instructions are `bigcode/self-oss-instruct-sc2-exec-filter-50k` on the hub (section 2.3).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from codefavor.errors import DataError
from codefavor.evolve.commit_filter import is_source
from codefavor.evolve.git_log import license_of, source_name
from codefavor.evolve.instruction_seed import InstructionSeed
from codefavor.evolve.row_readers import HUB, read_table
from codefavor.git.repository import open_repository
from codefavor.languages.language import Language
from codefavor.languages.python.functions import extract_functions
from codefavor.languages.python.language import PYTHON
from codefavor.languages.source import Unparsable

SELF_OSS_INSTRUCT = f"{HUB}bigcode/self-oss-instruct-sc2-exec-filter-50k"
_KNOWN_LICENSES = {SELF_OSS_INSTRUCT: "odc-by"}
_INSTRUCTION_COLUMNS = ("instruction", "prompt", "text", "question")
_ID_COLUMNS = ("source_id", "id", "task_id", "sha1", "problem_id")
_MIN_DOCSTRING_WORDS = 8
_MAX_FILE_CHARS = 500_000


def read_instructions(source: str, license_name: str | None = None) -> Iterator[InstructionSeed]:
    """Yield the instructions of a JSON Lines file, a Parquet file or a data set on the hub.

    The instruction is the first of the columns instruction, prompt, text and question; columns draft, license and
    source are taken where they are there. `license_name` stands where a row names none.

    Raises:
        DataError: the source is unreadable, or a row holds no instruction.
        MissingExtraError: the package that reads the source is not installed.
    """
    fallback = license_name or _KNOWN_LICENSES.get(source)
    source_name_in_pairs = source if source.startswith(HUB) else Path(source).name
    for number, row in read_table(source):
        instruction = _first(row, _INSTRUCTION_COLUMNS)
        if not instruction:
            raise DataError(f"{source}, row {number}: no text in any column of {', '.join(_INSTRUCTION_COLUMNS)}")
        yield InstructionSeed(
            source=str(row.get("source") or source_name_in_pairs),
            source_id=_first(row, _ID_COLUMNS) or str(number),
            license=row.get("license") or fallback,
            instruction=instruction,
            draft=row.get("draft"),
        )


def read_docstrings(path: Path, language: Language) -> Iterator[InstructionSeed]:
    """Yield an instruction for every public function of a repository's HEAD that says what it does.

    In Python the function also has to stand alone; in other languages it has to be no method.

    Raises:
        DataError: `path` is no git repository.
    """
    repository = open_repository(path)
    source, license_name = source_name(repository), license_of(repository)
    files = repository.read("ls-tree", "-r", "-z", "--name-only", "HEAD").split("\0")
    for file in files:
        if not is_source(file, language):
            continue
        code = repository.read("cat-file", "-p", f"HEAD:{file}")
        for function in _documented(code, language) if len(code) <= _MAX_FILE_CHARS else ():
            yield InstructionSeed(
                source=source,
                source_id=f"{file}:{function.qualified_name}",
                license=license_name,
                instruction=f"Write the {language.title} function `{function.signature}`.\n\n{function.documentation}",
            )


class _Documented(NamedTuple):
    qualified_name: str
    signature: str
    documentation: str


def _documented(code: str, language: Language) -> Iterator[_Documented]:
    """Yield the public functions of a file that can be asked for by what they say of themselves."""
    found = _python_functions(code) if language.name == PYTHON.name else _functions(code, language)
    for function in found:
        private = function.qualified_name.startswith(("_", "test"))
        if not private and len(function.documentation.split()) >= _MIN_DOCSTRING_WORDS:
            yield function


def _python_functions(code: str) -> Iterator[_Documented]:
    functions = extract_functions(code)
    for function in () if isinstance(functions, Unparsable) else functions:
        if function.self_contained:
            signature = function.signature.removeprefix("def ")
            yield _Documented(function.qualified_name, signature, function.docstring or "")


def _functions(code: str, language: Language) -> Iterator[_Documented]:
    functions = language.syntax.functions(code)
    for function in () if isinstance(functions, Unparsable) else functions:
        if function.qualified_name == function.name:
            lines = (line for line in function.source.splitlines() if function.name in line)
            signature = next(lines, function.name).strip().rstrip(" {=>")
            yield _Documented(function.qualified_name, signature, function.documentation or "")


def _first(row: dict[str, Any], columns: tuple[str, ...]) -> str | None:
    return next((str(row[name]) for name in columns if row.get(name) not in (None, "")), None)
