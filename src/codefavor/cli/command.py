"""The verbs of the command line, found without importing them."""

from importlib import import_module

import typer
from typer.core import TyperCommand, TyperGroup

from codefavor.cli.verbosity import add_verbosity

VERBS = {
    "evolve": "Make preference pairs from good code, commits or instructions.",
    "train": "Train a judge on preference pairs.",
    "calibrate": "Calibrate a trained judge's probabilities, and let it abstain.",
    "merge": "Merge trained judges by the average of their weights.",
    "pairs": "Validate, count, show, convert and split files of preference pairs.",
    "compare": "Ask a judge which of two files is better.",
    "rank": "Find the best of many candidates with few judgements.",
    "label": "Make a preference set for training from candidates and a judge.",
    "review": "Compare old and new of every function that a git diff changes.",
    "bench": "Score judges on tasks with known answers, and test their differences.",
    "ablate": "Train, bench and compare judges that differ in one thing.",
    "annotate": "Let people vote on pairs in the browser, and analyse their votes.",
    "report": "Put results side by side in one HTML page.",
    "serve": "Answer comparisons over HTTP, with a playground in the browser.",
    "mcp": "Answer agents over the Model Context Protocol.",
    "sandbox": "Check how foreign code is confined here, or run one program so.",
    "doctor": "Check what is installed and what is missing, with the command that fixes it.",
}
"""Every verb with its line in `codefavor --help`; `codefavor.cli.<verb>` holds its `app`."""


class VerbGroup(TyperGroup):
    """A group that lists verbs without importing them, so that `--help` answers at once."""

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return list(VERBS)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> TyperCommand | None:  # type: ignore[override]
        return TyperCommand(cmd_name, help=VERBS[cmd_name]) if cmd_name in VERBS else None

    def resolve_command(self, ctx, args):  # type: ignore[no-untyped-def]
        verb = args[0]
        if verb not in VERBS:
            return super().resolve_command(ctx, args)
        module = import_module(f"codefavor.cli.{verb.replace('-', '_')}")
        command = typer.main.get_command(module.app)
        if isinstance(command, TyperCommand | TyperGroup):
            add_verbosity(command)
        return verb, command, args[1:]
