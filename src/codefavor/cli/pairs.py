"""`codefavor pairs`: look at and convert files of preference pairs."""

from pathlib import Path
from typing import Annotated

import typer

from codefavor.jsonl import read_records
from codefavor.pairs.pair import PreferencePair

app = typer.Typer(no_args_is_help=True, help="Validate, count, show, convert and split files of preference pairs.")


@app.callback()
def _pairs() -> None:
    """Validate, count, show, convert and split files of preference pairs."""


@app.command()
def validate(file: Annotated[Path, typer.Argument(help="A JSON Lines file of pairs.")]) -> None:
    """Check every line; the first bad one is named."""
    count = sum(1 for _ in read_records(file, PreferencePair))
    typer.echo(f"{file}: {count} pairs, all valid")
