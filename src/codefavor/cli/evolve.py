"""`codefavor evolve`: make preference pairs, one sub-verb an evolver."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from codefavor.cli.evolve_options import (
    OutOption,
    Overrides,
    backend_options,
    critic_options,
    evolver_command,
    language_options,
    model_overrides,
    run_options,
)
from codefavor.cli.evolve_progress import run_with_progress
from codefavor.cli.evolve_show import show
from codefavor.cli.verbosity import is_quiet
from codefavor.config import load_config
from codefavor.evolve.commit_instruct_kind import COMMIT_INSTRUCT
from codefavor.evolve.critic_evol_kind import CRITIC_EVOL
from codefavor.evolve.forecast import forecast
from codefavor.evolve.kind import ConfigT, EvolverKind, SeedEvolverKind, SeedT
from codefavor.evolve.plugin import PLUGIN
from codefavor.evolve.regress_evol.regress import REGRESS_EVOL, RegressEvolConfig
from codefavor.evolve.runner import evolve
from codefavor.plugins import all_plugins

_FIRST_PROMPTS = 3


def commit_options(
    repo: Annotated[list[Path] | None, typer.Option(help="A git repository, or a folder of them; repeatable.")] = None,
    edit_pack: Annotated[
        str | None, typer.Option(help="EditPackFT or CommitPackFT: JSON Lines, Parquet or hub:owner/name.")
    ] = None,
) -> Overrides:
    """Where commits come from."""
    return {"repos": repo or None, "edit_pack": edit_pack}


LicenseOption = Annotated[str | None, typer.Option("--license", help="Their licence, where rows name none.")]


def draft_options(
    instructions: Annotated[
        str | None, typer.Option(help="JSON Lines, Parquet, hub:owner/name, or repo:PATH for docstrings.")
    ] = None,
    license_name: LicenseOption = None,
    draft: Annotated[str | None, typer.Option(help="The model that writes drafts, provider/model.")] = None,
    draft_url: Annotated[list[str] | None, typer.Option(help="A server for it; may be repeated.")] = None,
) -> Overrides:
    """Where instructions and drafts come from."""
    return {"instructions": instructions, "license": license_name, "draft": model_overrides(draft, draft_url)}


def plugin_options(
    evolver: Annotated[
        str,
        typer.Argument(
            help="The evolver that a package adds: NAME, or NAME:ARGUMENT.",
            autocompletion=lambda incomplete: [
                plugin.name for plugin in all_plugins("evolver") if plugin.name.startswith(incomplete)
            ],
        ),
    ],
    seeds: Annotated[str, typer.Option(help="Instructions: JSON Lines, Parquet, hub:owner/name, or repo:PATH.")],
    license_name: LicenseOption = None,
) -> Overrides:
    """Which evolver, and where its instructions come from.

    One sub-verb serves all of them: options are the signature of a command, so that a verb of its own for each would
    have to be imported, and the package behind it, before `codefavor evolve --help` could list it.
    """
    return {"evolver": evolver, "instructions": seeds, "license": license_name}


def regress_options(
    source: Annotated[str, typer.Option(help="installed, stdlib, or a file, folder or checkout of Python code.")],
    max_pairs: Annotated[int | None, typer.Option(help="The most pairs, shared out evenly among the aspects.")] = None,
    operators: Annotated[list[str] | None, typer.Option(help="Use only this operator; may be repeated.")] = None,
    exclude_operators: Annotated[list[str] | None, typer.Option(help="Leave this one out; may be repeated.")] = None,
    aspects: Annotated[list[str] | None, typer.Option(help="Only this aspect; may be repeated.")] = None,
    max_files: Annotated[int | None, typer.Option(help="The most files to read.")] = None,
) -> Overrides:
    """Which functions, and how they are made worse."""
    return {
        "source": source,
        "max_pairs": max_pairs,
        "operators": operators or None,
        "exclude_operators": exclude_operators or None,
        "aspects": aspects or None,
        "max_files": max_files,
    }


def _run_with_models(
    kind: SeedEvolverKind[ConfigT, SeedT],
    overrides: Overrides,
    out: OutOption,
    config: Annotated[Path | None, typer.Option(help="A YAML file of settings; options are laid over it.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the first prompts and an estimate; ask nothing.")
    ] = False,
) -> None:
    loaded = load_config(kind.config, config, overrides)
    if dry_run:
        _print_forecast(kind, loaded, out)
    else:
        run_with_progress(loaded, out)


def _run_plugin(kind: SeedEvolverKind[ConfigT, SeedT], overrides: Overrides, out: OutOption) -> None:
    run_with_progress(load_config(kind.config, None, overrides), out)


def _run_regress_evol(
    _: EvolverKind,
    overrides: Overrides,
    out: Annotated[Path, typer.Option(help="The folder for pairs.jsonl, discarded.jsonl and the summary.")],
) -> None:
    config = load_config(RegressEvolConfig, None, overrides)
    command = f"codefavor {shlex.join(sys.argv[1:])}"
    with Console(stderr=True, quiet=is_quiet()).status("reading functions") as status:
        summary = evolve(
            config, out, command=command, watch=lambda progress: status.update(f"{progress.tally.kept} pairs made")
        )
    by_aspect = ", ".join(f"{count} {aspect}" for aspect, count in summary.by_aspect.items())
    typer.echo(
        f"{out / 'pairs.jsonl'}: {summary.pairs} pairs ({by_aspect}); {sum(summary.discarded.values())} discarded"
    )


def _print_forecast(kind: SeedEvolverKind[ConfigT, SeedT], config: ConfigT, out: Path) -> None:
    ahead = forecast(kind, config, out, _FIRST_PROMPTS)
    for number, prompt in enumerate(ahead.prompts, start=1):
        typer.echo(f"--- first prompt of seed {number}\n{prompt}\n")
    basis = "measured on seeds settled before" if ahead.measured else "estimated from prompts, answers guessed"
    for name, expected in ahead.models.items():
        money = "price not known" if expected.usd is None else f"${expected.usd:.2f}"
        typer.echo(
            f"{name}: {expected.items} seeds, about {expected.input_tokens:,.0f} tokens read and "
            f"{expected.output_tokens:,.0f} written, {money} ({basis})"
        )


app = typer.Typer(no_args_is_help=True, help="Make preference pairs from good code, commits or instructions.")

_MODELS = (critic_options, language_options, run_options, backend_options)
for _kind, _groups, _run in (
    (COMMIT_INSTRUCT, (commit_options, *_MODELS), _run_with_models),
    (CRITIC_EVOL, (draft_options, *_MODELS), _run_with_models),
    (REGRESS_EVOL, (regress_options, language_options), _run_regress_evol),
    (PLUGIN, (plugin_options, language_options, run_options), _run_plugin),
):
    app.command(_kind.name)(evolver_command(_kind, _groups, _run))
app.command("show")(show)


@app.callback()
def _evolve() -> None:
    """Make preference pairs from good code, commits or instructions."""
