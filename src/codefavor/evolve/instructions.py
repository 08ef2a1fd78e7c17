"""Instructions as seeds of Critic-Evol: from a table, or from the docstrings of a repository's functions.

The paper's instructions are `bigcode/self-oss-instruct-sc2-exec-filter-50k` on the hub (section 2.3).
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from codefavor.errors import DataError
from codefavor.evolve.git_log import license_of, source_name
from codefavor.evolve.instruction_seed import InstructionSeed
from codefavor.evolve.row_readers import HUB, read_table
from codefavor.git.repository import open_repository
from codefavor.languages.python.functions import Function, extract_functions
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
    shown = source if source.startswith(HUB) else Path(source).name
    for number, row in read_table(source):
        instruction = _first(row, _INSTRUCTION_COLUMNS)
        if not instruction:
            raise DataError(f"{source}, row {number}: no text in any column of {', '.join(_INSTRUCTION_COLUMNS)}")
        yield InstructionSeed(
            source=str(row.get("source") or shown),
            source_id=_first(row, _ID_COLUMNS) or str(number),
            license=row.get("license") or fallback,
            instruction=instruction,
            draft=row.get("draft"),
        )


def read_docstrings(path: Path) -> Iterator[InstructionSeed]:
    """Yield an instruction for every public function of a repository's HEAD that stands alone and says what it does.

    Raises:
        DataError: `path` is no git repository.
    """
    repository = open_repository(path)
    source, license_name = source_name(repository), license_of(repository)
    files = repository.read("ls-tree", "-r", "-z", "--name-only", "HEAD").split("\0")
    for file in files:
        if not file.endswith(".py"):
            continue
        code = repository.read("cat-file", "-p", f"HEAD:{file}")
        functions = extract_functions(code) if len(code) <= _MAX_FILE_CHARS else ()
        for function in () if isinstance(functions, Unparsable) else functions:
            if _says_what_it_does(function):
                yield InstructionSeed(
                    source=source,
                    source_id=f"{file}:{function.qualified_name}",
                    license=license_name,
                    instruction=f"Write the Python function `{function.signature.removeprefix('def ')}`.\n\n"
                    f"{function.docstring}",
                )


def _says_what_it_does(function: Function) -> bool:
    private = function.name.startswith(("_", "test"))
    words = len((function.docstring or "").split())
    return function.self_contained and not private and words >= _MIN_DOCSTRING_WORDS


def _first(row: dict[str, Any], columns: tuple[str, ...]) -> str | None:
    return next((str(row[name]) for name in columns if row.get(name) not in (None, "")), None)
