"""Progress of long work on stderr, and a word on how to go on when it is interrupted."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class Advance(Protocol):
    """What is called with the number done, and with the number in all where it was not known before."""

    def __call__(self, done: int, total: int | None = None, /) -> None:
        """Move the bar."""


@contextmanager
def counted(title: str, total: int | None = None) -> Iterator[Advance]:
    """Show a bar on a terminal; give what is to be called with the number done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task(title, total=total)

        def advance(done: int, total: int | None = None, /) -> None:
            progress.update(bar, completed=done, total=total)

        yield advance


@contextmanager
def counting(title: str, total: int | None, out: Path) -> Iterator[Advance]:
    """Show a bar as `counted` does; Ctrl-C says that `out` can be continued."""
    try:
        with counted(title, total) as advance:
            yield advance
    except KeyboardInterrupt:
        typer.echo(f"stopped; the same command goes on where {out} ends", err=True)
        raise
