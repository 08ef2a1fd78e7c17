"""Progress of long work on stderr, and a word on how to go on when it is interrupted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def counted(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on a terminal; give what is to be called with the number done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task(title, total=total)
        yield lambda done: progress.update(bar, completed=done)


@contextmanager
def counting(title: str, total: int, out: Path) -> Iterator[Callable[[int], None]]:
    """Show a bar as `counted` does; Ctrl-C says that `out` can be continued."""
    try:
        with counted(title, total) as advance:
            yield advance
    except KeyboardInterrupt:
        typer.echo(f"stopped; the same command goes on where {out} ends", err=True)
        raise
