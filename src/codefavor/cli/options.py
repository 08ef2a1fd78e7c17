"""What commands are told about a comparison: the judge, the criterion, an instruction, files with code."""

from pathlib import Path
from typing import Annotated

import typer

from codefavor.errors import UserError
from codefavor.judges.registry import KNOWN_SPECS
from codefavor.pairs.criterion import Aspect, Criterion, criterion_for
from codefavor.plugins import all_plugins


def judge_specs(incomplete: str) -> list[str]:
    """Return the specs of judges that begin so, for the shell; those that take an argument end in a colon."""
    specs = (*KNOWN_SPECS, *(plugin.name for plugin in all_plugins("judge")))
    forms = [name + colon for name, colon, _ in (spec.partition(":") for spec in specs)]
    return [form for form in dict.fromkeys(forms) if form.startswith(incomplete)]


def aspect_names(incomplete: str) -> list[str]:
    """Return the aspects that begin so, for the shell."""
    return [aspect.value for aspect in Aspect if aspect.value.startswith(incomplete)]


JudgeOption = Annotated[
    str | None,
    typer.Option(
        help="The judge: shorter, model:FOLDER, ...",
        show_default="CODEFAVOR_JUDGE, else evidence",
        autocompletion=judge_specs,
    ),
]
CriterionOption = Annotated[
    str | None, typer.Option(help=f"What better means: {', '.join(Aspect)}.", autocompletion=aspect_names)
]
CriterionTextOption = Annotated[str | None, typer.Option(help="What better means, in your own words.")]


def asked_criterion(name: str | None, text: str | None) -> Criterion:
    """Return the criterion that is named, or told in words.

    Raises:
        UserError: neither or both are given, or the name is unknown.
    """
    if text is not None and name is None:
        return Criterion(text=text)
    if name is None or text is not None:
        raise UserError(f"say what better means: --criterion {'|'.join(Aspect)}, or --criterion-text in your own words")
    try:
        return criterion_for(Aspect(name))
    except ValueError:
        raise UserError(
            f"no criterion is called {name!r}; known are {', '.join(Aspect)}; --criterion-text takes your own words"
        ) from None


def asked_text(given: str) -> str:
    """Return a text as given, or the content of the file that it names as `@FILE`.

    Raises:
        UserError: the file cannot be read.
    """
    return read_text(Path(given[1:])) if given.startswith("@") else given


def read_text(path: Path) -> str:
    """Return the content of a text file.

    Raises:
        UserError: it is missing, unreadable or no UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise UserError(f"{path}: not UTF-8 text") from None
