"""`codefavor evolve`: make preference pairs, one sub-verb an evolver."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from codefavor.cli.evolve_models import LanguageOption, commit_instruct, critic_evol
from codefavor.cli.evolve_plugin import plugin
from codefavor.cli.evolve_show import show
from codefavor.cli.sandbox import UNSAFE_HELP
from codefavor.config import load_config
from codefavor.evolve.regress_evol.regress import RegressEvolConfig, run_regress_evol

app = typer.Typer(no_args_is_help=True, help="Make preference pairs from good code, commits or instructions.")
app.command("commit-instruct")(commit_instruct)
app.command("critic-evol")(critic_evol)
app.command("plugin")(plugin)
app.command("show")(show)


@app.callback()
def _evolve() -> None:
    """Make preference pairs from good code, commits or instructions."""


@app.command("regress-evol")
def regress_evol(
    source: Annotated[str, typer.Option(help="installed, stdlib, or a file, folder or checkout of Python code.")],
    out: Annotated[
        Path, typer.Option(help="The folder for pairs.jsonl, discarded.jsonl, summary.json, manifest.json.")
    ],
    limit: Annotated[int | None, typer.Option(help="The most pairs, shared out evenly among the aspects.")] = None,
    language: LanguageOption = None,
    seed: Annotated[int, typer.Option(help="Decides files, sites and wording.")] = 0,
    operators: Annotated[list[str] | None, typer.Option(help="Use only this operator; may be repeated.")] = None,
    exclude_operators: Annotated[list[str] | None, typer.Option(help="Leave this one out; may be repeated.")] = None,
    aspects: Annotated[list[str] | None, typer.Option(help="Only this aspect; may be repeated.")] = None,
    most_files: Annotated[int, typer.Option(help="The most files to read.")] = 2000,
    verify: Annotated[
        bool, typer.Option("--verify", help="Run both codes and keep only pairs that show their defect.")
    ] = False,
    unsafe_local: Annotated[bool, typer.Option("--unsafe-local", help=UNSAFE_HELP)] = False,
) -> None:
    """Make good functions worse in known ways: no model is asked, and nothing is run without --verify."""
    given = {
        "source": source,
        "language": language,
        "limit": limit,
        "seed": seed,
        "operators": operators,
        "exclude_operators": exclude_operators,
        "aspects": aspects,
        "most_files": most_files,
        "verify": verify,
        "unsafe_local": unsafe_local,
    }
    config = load_config(RegressEvolConfig, None, given)
    with Console(stderr=True).status("reading functions") as status:
        summary = run_regress_evol(
            config, out, f"codefavor {' '.join(sys.argv[1:])}", lambda pairs: status.update(f"{pairs} pairs made")
        )
    by_aspect = ", ".join(f"{count} {aspect}" for aspect, count in summary.by_aspect.items())
    typer.echo(
        f"{out / 'pairs.jsonl'}: {summary.pairs} pairs ({by_aspect}); {sum(summary.discarded.values())} discarded"
    )
