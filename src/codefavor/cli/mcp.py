"""`codefavor mcp`: a judge for agents."""

import os
from importlib import import_module

import typer

from codefavor.cli.options import EngineOption, JudgeOption
from codefavor.errors import MissingExtraError
from codefavor.judges.load import default_spec

app = typer.Typer(help="Answer agents over the Model Context Protocol.")


@app.command()
def mcp(
    judge: JudgeOption = None,
    engine: EngineOption = "auto",
) -> None:
    """Answer agents on standard input and output; an agent's configuration names this command."""
    try:
        server = import_module("codefavor.serve.mcp")
    except ModuleNotFoundError as error:
        raise MissingExtraError(error.name or "mcp", "mcp") from None
    server.run(judge or default_spec(os.environ), engine)
