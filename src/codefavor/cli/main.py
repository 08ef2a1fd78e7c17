"""The start of the command line: runs a command and prints named errors as one sentence."""

import sys

import typer

from codefavor.cli.command import VerbGroup
from codefavor.cli.verbosity import begin_logging
from codefavor.errors import CodeFavorError

BAD_INPUT = 2
INTERRUPTED = 130

app = typer.Typer(
    cls=VerbGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Which of two pieces of code is better? Make preference pairs, train judges, bench them, ask them.",
)


@app.callback()
def _options() -> None:
    """Which of two pieces of code is better? Make preference pairs, train judges, bench them, ask them."""
    begin_logging()


def main() -> None:
    """Run the command line; exit with 2 on bad input, 130 when interrupted."""
    try:
        app()
    except CodeFavorError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(BAD_INPUT)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
