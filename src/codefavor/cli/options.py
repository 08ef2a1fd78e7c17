"""Options that several commands share, each with one meaning, and the texts and files that they name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer import get_binary_stream

from codefavor.errors import UserError
from codefavor.judges.both_orders import Orders
from codefavor.judges.registry import KNOWN_SPECS
from codefavor.languages.registry import known_languages, language_named, language_of_paths
from codefavor.pairs.criterion import Aspect, Criterion, resolve_criterion
from codefavor.plugins import all_plugins
from codefavor.sandbox.engine import EngineChoice

STANDARD_INPUT = "-"
DEFAULT_LANGUAGE = "python"


def judge_specs(incomplete: str) -> list[str]:
    """Return the specs of judges that begin so, for the shell; those that take an argument end in a colon."""
    specs = (*KNOWN_SPECS, *(plugin.name for plugin in all_plugins("judge")))
    forms = [name + colon for name, colon, _ in (spec.partition(":") for spec in specs)]
    return [form for form in dict.fromkeys(forms) if form.startswith(incomplete)]


def aspect_names(incomplete: str) -> list[str]:
    """Return the aspects that begin so, for the shell."""
    return [aspect.value for aspect in Aspect if aspect.value.startswith(incomplete)]


def language_names(incomplete: str) -> list[str]:
    """Return the languages that begin so, for the shell."""
    return [language.name for language in known_languages() if language.name.startswith(incomplete)]


JudgeOption = Annotated[
    str | None,
    typer.Option(
        help="The judge: shorter, model:FOLDER, ...",
        show_default="CODEFAVOR_JUDGE, else evidence",
        autocompletion=judge_specs,
    ),
]
CriterionOption = Annotated[
    str | None,
    typer.Option(
        help=f"What better means: {', '.join(Aspect)}, or any other words; @FILE reads them.",
        autocompletion=aspect_names,
    ),
]
LanguageOption = Annotated[
    str | None,
    typer.Option(
        help="The programming language.", show_default="by the suffixes of the files", autocompletion=language_names
    ),
]
OrdersOption = Annotated[Orders, typer.Option(help="Judge both orders of A and B, or the order given alone.")]
KeepCommentsOption = Annotated[bool, typer.Option("--keep-comments", help="Do not strip comments from the candidates.")]
ENGINE_HELP = (
    "What runs candidates: WebAssembly, native processes behind Linux's layers, the first of both that can (auto), "
    "or processes without a sandbox (unsafe)."
)
EngineOption = Annotated[EngineChoice, typer.Option(help=ENGINE_HELP)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def read_criterion(text: str | None) -> Criterion:
    """Return the criterion that a name or other words mean.

    Raises:
        UserError: there are no words, or `@FILE` cannot be read.
    """
    words = "" if text is None else read_value(text)
    if not words.strip():
        raise UserError(f"say what better means with --criterion: {', '.join(Aspect)}, or any other words")
    return resolve_criterion(words.strip())


def find_language(files: Sequence[Path], name: str | None) -> str:
    """Return the name of the language that is named, or that the suffixes of `files` say; Python where none does.

    Raises:
        UserError: no language is called so, or the suffixes belong to different languages.
    """
    if name is not None:
        return language_named(name).name
    found = language_of_paths(files)
    return found.name if found else DEFAULT_LANGUAGE


def read_value(value: str) -> str:
    """Return a text as it is, the content of the file that it names as `@FILE`, or standard input for `-`.

    Raises:
        UserError: the file or the input cannot be read.
    """
    if value == STANDARD_INPUT:
        return read_text(Path(value))
    return read_text(Path(value[1:])) if value.startswith("@") else value


def read_text(path: Path) -> str:
    """Return the content of a text file, or of standard input for `-`.

    Raises:
        UserError: it is missing, unreadable or no UTF-8.
    """
    try:
        content = get_binary_stream("stdin").read() if str(path) == STANDARD_INPUT else path.read_bytes()
        # As a file opened for text gives its lines, whichever system wrote them.
        return content.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: not UTF-8 text") from None


def check_one_input(*values: object) -> None:
    """Refuse a command that names standard input twice, since it can be read once only.

    Raises:
        UserError: more than one of `values` is `-`.
    """
    if sum(str(value) == STANDARD_INPUT for value in values) > 1:
        raise UserError("- stands for standard input and can be given once; name a file for the other")
