"""`codefavor train`: from preference pairs to a trained judge."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from codefavor.cli.options import EngineOption
from codefavor.cli.progress import counted
from codefavor.cli.train_preview import show_dry_run
from codefavor.cli.verbosity import is_quiet, note
from codefavor.config import load_config
from codefavor.errors import CodeFavorError, ConfigError
from codefavor.evidence.verification import Mark, verify
from codefavor.jsonl import read_records
from codefavor.manifest import make_manifest
from codefavor.pairs.criterion import Wording
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import ModelConfig, TrainConfig
from codefavor.train.launch import read_launch
from codefavor.train.objective import OBJECTIVES, TrainingObjective, torch_module, training_objective
from codefavor.train.selection import select_pairs
from codefavor.train.step_metrics import StepMetrics
from codefavor.train.train_judge import TrainedJudge, train_judge

app = typer.Typer()

OBJECTIVE_HELP = "; ".join(f"{objective.name}: {objective.judge.description}" for objective in OBJECTIVES) + "."
CONFIG_HELP = "A YAML file of settings; may be repeated, each goes over those before it, the options below over all."

COMMANDS = {"axolotl": "axolotl train axolotl.yaml", "trl": "trl sft --config trl.yaml"}
"""The command of each tool that training can be exported to."""
DRY_RUN_HELP = (
    "Print the configuration, the first pair as tokens, the steps and the memory; load no weights, write nothing."
)
EXPORT_HELP = "Write the configuration and the data of the same training for that tool into --out instead of training."


@app.command()
def train(
    pairs: Annotated[list[Path], typer.Option("--pairs", help="A file of preference pairs; may be repeated.")],
    out: Annotated[Path | None, typer.Option(help="The folder of the judge; must not exist, or be empty.")] = None,
    config: Annotated[list[Path] | None, typer.Option(help=CONFIG_HELP)] = None,
    objective: Annotated[str | None, typer.Option(help=OBJECTIVE_HELP)] = None,
    inner: Annotated[str | None, typer.Option(help="The judge that evidence is joined with (grounded).")] = None,
    only: Annotated[Mark | None, typer.Option(help="Keep only pairs that `codefavor pairs verify` marked so.")] = None,
    engine: EngineOption = "auto",
    model: Annotated[str | None, typer.Option(help="embedded, a Hugging Face folder, or a hub id.")] = None,
    layers: Annotated[int | None, typer.Option(help="Keep only the lowest layers (reward).")] = None,
    train_layers: Annotated[int | None, typer.Option(help="Train only the highest layers.")] = None,
    lora_r: Annotated[int | None, typer.Option(help="Train LoRA adapters of this rank.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="The peak learning rate.")] = None,
    num_train_epochs: Annotated[float | None, typer.Option(help="Passes over the pairs.")] = None,
    max_steps: Annotated[int | None, typer.Option(help="Stop after so many optimiser steps.")] = None,
    max_length: Annotated[int | None, typer.Option(help="The maximum number of tokens of one input.")] = None,
    criterion: Annotated[
        Wording | None,
        typer.Option("--wording", help="The criterion the judge reads: each pair's own, high quality, or nothing."),
    ] = None,
    shares: Annotated[
        list[float] | None, typer.Option("--share", help="The share of each --pairs file, in their order; repeatable.")
    ] = None,
    max_pairs: Annotated[int | None, typer.Option(help="The maximum number of pairs to learn from.")] = None,
    seed: Annotated[int | None, typer.Option(help="The seed of the order of examples.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Resume the run in --out.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=DRY_RUN_HELP)] = False,
    export: Annotated[Literal["axolotl", "trl"] | None, typer.Option(help=EXPORT_HELP)] = None,
) -> None:
    """Train a judge on preference pairs; the paper's classification on all layers unless another is named."""
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
        "max_pairs": max_pairs,
        "seed": seed,
    }
    settings = load_config(TrainConfig, config, overrides)
    sources = [[pair for pair in read_records(path, PreferencePair) if _has_mark(pair, only)] for path in pairs]
    if only:
        note(f"{sum(map(len, sources))} pairs are {only}")
    loaded = select_pairs(sources, settings)
    if dry_run:
        show_dry_run(loaded, settings)
        return
    if out is None:
        raise ConfigError("--out is missing: name the folder of the judge; only --dry-run does without one")
    command = f"codefavor {' '.join(sys.argv[1:])}"
    if export:
        manifest = make_manifest(command, settings.model_dump(mode="json"), pairs, settings.seed)
        written = torch_module("export").export_training(loaded, settings, out, manifest, export)
        typer.echo(f"{out}: {written} conversations for `{COMMANDS[export]}`")
        return
    _train(loaded, settings, out, resume=resume, engine=engine, command=command, inputs=pairs)


def _train(pairs: list[PreferencePair], settings: TrainConfig, out: Path, **options: Any) -> None:
    launch = read_launch(os.environ)
    objective = training_objective(settings)
    options |= {"launch": launch, "warn": note}
    try:
        with _progress(objective, len(pairs), visible=launch.main) as callbacks:
            trained = train_judge(pairs, settings, out, **options, **callbacks)
    except CodeFavorError:
        # The same is true in every process; one of a machine says so.
        if launch.local_index == 0:
            raise
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        if launch.main and objective.progress:
            typer.echo("stopped; the same command with --resume continues from the last checkpoint", err=True)
        raise
    if launch.main:
        typer.echo(f"{out}: a {objective.name} judge, trained on {trained.pairs} pairs{_cut(trained)}")


def _cut(trained: TrainedJudge) -> str:
    config = trained.config
    if not trained.truncated or not isinstance(config, ModelConfig):
        return ""
    return f", {trained.truncated} of them cut to {config.max_length} tokens"


def _has_mark(pair: PreferencePair, only: Mark | None) -> bool:
    return only is None or verify(pair).mark == only


@contextmanager
def _progress(objective: TrainingObjective, pairs: int, visible: bool) -> Iterator[dict[str, Any]]:
    """Show the progress of a run, and yield the callback that updates it."""
    if objective.progress == "pairs":
        with counted("pairs", pairs) as on_pairs:
            yield {"on_pairs": on_pairs}
    elif objective.progress == "steps":
        progress = _step_bar(visible)
        try:
            yield {"on_step": _metrics_callback(progress)}
        finally:
            if progress.tasks:
                progress.stop()
    else:
        yield {}


def _step_bar(visible: bool) -> Progress:
    figures = "loss {task.fields[loss]:.3f}  accuracy {task.fields[accuracy]:.1%}  {task.fields[speed]:,.0f} tokens/s"
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn(figures), TextColumn("{task.fields[left]} left"))
    return Progress(*columns, console=Console(stderr=True), disable=is_quiet() or not visible)


def _metrics_callback(progress: Progress) -> Callable[[StepMetrics], None]:
    def show(metrics: StepMetrics) -> None:
        if not progress.tasks:
            # The bar starts with the first metrics, so that an error before is one line.
            progress.start()
            progress.add_task("training", loss=0.0, accuracy=0.0, speed=0.0, left="")
        progress.update(
            progress.task_ids[0],
            completed=metrics.step,
            total=metrics.steps,
            loss=metrics.loss,
            accuracy=metrics.accuracy,
            speed=metrics.tokens_per_second,
            left=timedelta(seconds=round(metrics.seconds_left)),
        )

    return show
