"""What a kind of judge is: one value that says how it is named, loaded and described, and what it is made of."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from codefavor.errors import MissingExtraError
from codefavor.judges.protocol import Judge
from codefavor.sandbox.engine import EngineChoice

Files = tuple[Path, ...]


class Loader(Protocol):
    """What a kind may use to make a judge of a spec."""

    @property
    def engine(self) -> EngineChoice:
        """What runs candidates."""

    def judge(self, spec: str) -> Judge:
        """Return the judge of another spec."""

    def evidence(self) -> Judge:
        """Return the judge that runs both candidates."""


FilesOf = Callable[[str], Files]
"""Returns the files of the judge of a spec."""
RunsCode = Callable[[str], bool]
"""Returns whether the judge of a spec runs code."""


def _no_files(argument: str, files_of: FilesOf) -> Files:
    return ()


def _never(argument: str, runs_code: RunsCode) -> bool:
    return False


@dataclass(frozen=True)
class JudgeKind:
    """A kind of judge."""

    name: str
    """What a spec begins with, up to its first colon."""
    forms: tuple[str, ...]
    """The forms of its specs, placeholders in capitals."""
    description: str
    """What it is, in one line."""
    load: Callable[[str, Loader], Judge | None]
    """Makes the judge of what follows the colon; None where that makes no sense."""
    files: Callable[[str, FilesOf], Files] = _no_files
    """The files of the judge of an argument; it may call the function for those of another spec."""
    runs_code: Callable[[str, RunsCode], bool] = _never
    """Whether the judge of an argument runs code; it may call the function for another spec."""
    order_invariant: bool | None = False
    """Whether exchanging the candidates exchanges the answer; None where it depends on what the judge is made of."""
    loads_weights: bool = False
    """Whether it loads weights, which takes seconds."""
    extra: str | None = None
    """The extra that has the packages it needs, beyond the core's."""


def without_argument(make: Callable[[], Judge]) -> Callable[[str, Loader], Judge | None]:
    """Return the `load` of a kind whose specs are its name alone."""
    return lambda argument, loader: None if argument else make()


def judge_class(module: str, name: str, extra: str = "train") -> Callable[..., Judge]:
    """Return the `load` of the judge class `name` in `module`, which is imported now.

    Raises:
        MissingExtraError: a package that it needs is not installed.
    """
    try:
        load: Callable[..., Judge] = getattr(import_module(module), name).load
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or module, extra) from None
    return load
