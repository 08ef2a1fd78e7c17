"""`codefavor train`: from preference pairs to a trained judge."""

import os
import sys
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from codefavor.cli.progress import counted
from codefavor.cli.sandbox import UNSAFE_HELP
from codefavor.cli.train_preview import show_dry_run
from codefavor.config import load_config
from codefavor.errors import CodeFavorError, ConfigError, MissingExtraError
from codefavor.evidence.verification import Mark, verify
from codefavor.jsonl import read_records
from codefavor.judges.load import load_judge
from codefavor.manifest import Manifest, make_manifest
from codefavor.pairs.criterion import Wording
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import TrainConfig
from codefavor.train.launch import read_launch
from codefavor.train.selection import select_pairs
from codefavor.train.step_metrics import Report

app = typer.Typer()

OBJECTIVE_HELP = "classification, order-free, generation, reward, linear, difference or grounded."
CONFIG_HELP = "A YAML file of settings; may be repeated, each goes over those before it, the options below over all."

COMMANDS = {"axolotl": "axolotl train axolotl.yaml", "trl": "trl sft --config trl.yaml"}
"""The command of each tool that training can be exported to."""
DRY_RUN_HELP = "Say what the run would be, its first pair as tokens and its memory; load no weights, write nothing."
EXPORT_HELP = "Write the configuration and the data of the same training for that tool into --out instead of training."


@app.command()
def train(
    pairs: Annotated[list[Path], typer.Option("--pairs", help="A file of preference pairs; may be repeated.")],
    out: Annotated[Path | None, typer.Option(help="The folder of the judge; must not exist, or be empty.")] = None,
    config: Annotated[list[Path] | None, typer.Option(help=CONFIG_HELP)] = None,
    objective: Annotated[str | None, typer.Option(help=OBJECTIVE_HELP)] = None,
    inner: Annotated[str | None, typer.Option(help="The judge that evidence is joined with (grounded).")] = None,
    only: Annotated[Mark | None, typer.Option(help="Keep only pairs that `codefavor pairs verify` marked so.")] = None,
    unsafe_local: Annotated[bool, typer.Option("--unsafe-local", help=UNSAFE_HELP)] = False,
    model: Annotated[str | None, typer.Option(help="embedded, a Hugging Face folder, or a hub id.")] = None,
    layers: Annotated[int | None, typer.Option(help="Keep only the lowest layers (reward).")] = None,
    train_layers: Annotated[int | None, typer.Option(help="Train only the highest layers.")] = None,
    lora_r: Annotated[int | None, typer.Option(help="Train LoRA adapters of this rank.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="The peak learning rate.")] = None,
    num_train_epochs: Annotated[float | None, typer.Option(help="Passes over the pairs.")] = None,
    max_steps: Annotated[int | None, typer.Option(help="Stop after so many optimiser steps.")] = None,
    max_length: Annotated[int | None, typer.Option(help="The most tokens of one input.")] = None,
    criterion: Annotated[
        Wording | None, typer.Option(help="What to judge by: each pair's own, quality, nothing.")
    ] = None,
    shares: Annotated[
        list[float] | None, typer.Option("--share", help="The share of each --pairs file, in their order; repeatable.")
    ] = None,
    most_pairs: Annotated[int | None, typer.Option(help="Learn from so many pairs at most.")] = None,
    seed: Annotated[int | None, typer.Option(help="The seed of the order of examples.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=DRY_RUN_HELP)] = False,
    export: Annotated[Literal["axolotl", "trl"] | None, typer.Option(help=EXPORT_HELP)] = None,
) -> None:
    """Train a judge on preference pairs; the paper's classification on all layers unless told otherwise."""
    overrides: dict[str, Any] = {
        "objective": objective,
        "model": model,
        "inner": inner,
        "layers": layers,
        "train_layers": train_layers,
        "lora_r": lora_r,
        "learning_rate": learning_rate,
        "num_train_epochs": num_train_epochs,
        "max_steps": max_steps,
        "max_length": max_length,
        "criterion": criterion,
        "shares": shares or None,
        "most_pairs": most_pairs,
        "seed": seed,
    }
    settings = load_config(TrainConfig, config, overrides)
    sources = [[pair for pair in read_records(path, PreferencePair) if _wanted(pair, only)] for path in pairs]
    if only:
        typer.echo(f"{sum(map(len, sources))} pairs are {only}", err=True)
    loaded = select_pairs(sources, settings)
    if dry_run:
        show_dry_run(loaded, settings)
        return
    if out is None:
        raise ConfigError("--out is missing: name the folder of the judge; only --dry-run does without one")
    if not export:
        settings = _suited(settings)
    manifest = make_manifest(
        f"codefavor {' '.join(sys.argv[1:])}", settings.model_dump(mode="json"), pairs, settings.seed
    )
    if export:
        written = _library("export").export_training(loaded, settings, out, manifest, export)
        typer.echo(f"{out}: {written} conversations for `{COMMANDS[export]}`")
    elif settings.objective == "linear":
        _require_alone(settings)
        import_module("codefavor.train.linear").train_linear(loaded, settings, out, manifest)
        typer.echo(f"{out}: a linear judge, trained on {len(loaded)} pairs")
    elif settings.objective == "difference":
        _fit_difference(loaded, settings, out, manifest, resume)
    elif settings.objective == "grounded":
        _fit_grounded(loaded, settings, out, manifest, unsafe_local)
    else:
        _train_model(loaded, settings, out, manifest, resume)


def _suited(settings: TrainConfig) -> TrainConfig:
    """Return the settings that this machine trains with, and say so where they are not the given ones."""
    if not settings.bf16 or settings.objective in ("linear", "grounded"):
        # Neither computes with torch, which is not imported for them.
        return settings
    suited: TrainConfig = _library("arithmetic").suited(settings)
    if not suited.bf16 and read_launch(os.environ).main:
        typer.echo("this processor has no products in bf16 and would crawl: it trains in fp32", err=True)
    return suited


def _fit_difference(
    pairs: list[PreferencePair], settings: TrainConfig, out: Path, manifest: Manifest, resume: bool
) -> None:
    _require_alone(settings)
    fit = _library("difference").train_difference
    try:
        with counted("pairs", len(pairs)) as report:
            cut = fit(pairs, settings, out, manifest, resume=resume, report=report)
    except KeyboardInterrupt:
        _say_how_to_go_on()
        raise
    typer.echo(f"{out}: a difference judge, trained on {len(pairs)} pairs{_cut(cut, settings)}")


def _fit_grounded(
    pairs: list[PreferencePair], settings: TrainConfig, out: Path, manifest: Manifest, unsafe_local: bool
) -> None:
    _require_alone(settings)
    evidence = load_judge("evidence", unsafe_local)
    joined = load_judge(settings.inner, unsafe_local) if settings.inner else None
    fit = import_module("codefavor.train.grounded").train_grounded
    fitted = fit(pairs, settings, out, manifest, evidence, joined)
    typer.echo(f"{out}: a grounded judge, fitted on {sum(fitted.pairs.values())} pairs")


def _require_alone(settings: TrainConfig) -> None:
    if read_launch(os.environ).count > 1:
        raise ConfigError(f"the {settings.objective} objective takes one process; start it without a launcher")


def _train_model(
    pairs: list[PreferencePair], settings: TrainConfig, out: Path, manifest: Manifest, resume: bool
) -> None:
    run = _library("run")
    launch = read_launch(os.environ)
    try:
        with _progress(shown=launch.main) as progress:
            learned = run.train(
                pairs, settings, out, manifest, resume=resume, report=_shown_by(progress), launch=launch
            )
    except CodeFavorError:
        # The same is true in every process; one of a machine says so.
        if launch.local_index == 0:
            raise
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        if launch.main:
            _say_how_to_go_on()
        raise
    if not launch.main:
        return
    cut = _cut(learned.truncated, settings)
    typer.echo(f"{out}: a {settings.objective} judge, trained on {learned.pairs} pairs{cut}")


def _cut(pairs: int, settings: TrainConfig) -> str:
    return f", {pairs} of them cut to {settings.max_length} tokens" if pairs else ""


def _say_how_to_go_on() -> None:
    typer.echo("stopped; the same command with --resume goes on from the last checkpoint", err=True)


def _library(module: str) -> Any:
    """Return a module of `codefavor.train` that needs torch or transformers."""
    try:
        return import_module(f"codefavor.train.{module}")
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "train") from None


def _wanted(pair: PreferencePair, only: Mark | None) -> bool:
    return only is None or verify(pair).mark == only


def _progress(shown: bool) -> Progress:
    figures = "loss {task.fields[loss]:.3f}  accuracy {task.fields[accuracy]:.1%}  {task.fields[speed]:,.0f} tokens/s"
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn(figures), TextColumn("{task.fields[left]} left"))
    return Progress(*columns, console=Console(stderr=True), disable=not shown)


def _shown_by(progress: Progress) -> Callable[[Report], None]:
    def show(report: Report) -> None:
        if not progress.tasks:
            progress.add_task("training", loss=0.0, accuracy=0.0, speed=0.0, left="")
        progress.update(
            progress.task_ids[0],
            completed=report.step,
            total=report.steps,
            loss=report.loss,
            accuracy=report.accuracy,
            speed=report.tokens_per_second,
            left=timedelta(seconds=round(report.seconds_left)),
        )

    return show
