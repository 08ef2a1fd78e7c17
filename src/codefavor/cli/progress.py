"""Progress of long work on standard error, and how to resume it when it is interrupted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from codefavor.cli.verbosity import is_quiet, note


def progress_bar() -> Progress:
    """Return a progress display that is shown on a terminal only, and not under `-q`."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=is_quiet() or not console.is_terminal)


class Advance(Protocol):
    """What is called with the number done, and with the number in all where it was not known before."""

    def __call__(self, done: int, total: int | None = None, /) -> None:
        """Move the bar."""


@contextmanager
def counted(title: str, total: int | None = None) -> Iterator[Advance]:
    """Show a bar on a terminal; yield a function to be called with the number done."""
    with progress_bar() as progress:
        bar = progress.add_task(title, total=total)

        def advance(done: int, total: int | None = None, /) -> None:
            progress.update(bar, completed=done, total=total)

        yield advance


@contextmanager
def counting(title: str, total: int | None, out: Path) -> Iterator[Advance]:
    """Show a bar as `counted` does; Ctrl-C says that the run in `out` can be resumed."""
    try:
        with counted(title, total) as advance:
            yield advance
    except KeyboardInterrupt:
        note(f"stopped; the same command resumes the run in {out}")
        raise
