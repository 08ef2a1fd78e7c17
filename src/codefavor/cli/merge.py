"""`codefavor merge`: one judge from several, by the average of their weights."""

import shutil
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from codefavor.atomic import write_text
from codefavor.bench.tasks import load_tasks
from codefavor.errors import ConfigError, MissingExtraError
from codefavor.judges.both_orders import BothOrders
from codefavor.judges.card import CARD_FILE
from codefavor.judges.load import load_judge
from codefavor.manifest import hash_file, make_manifest
from codefavor.models.adapter import ADAPTER_CONFIG
from codefavor.pairs.comparison import LabeledComparison
from codefavor.record import Record
from codefavor.runs.journal import Journal
from codefavor.runs.run_folder import claim

app = typer.Typer()


@app.command()
def merge(
    judges: Annotated[list[Path], typer.Argument(help="The folders of two or more trained judges.")],
    out: Annotated[Path, typer.Option(help="The folder of the merged judge; with --sweep, of the best and the table.")],
    weights: Annotated[
        list[float] | None, typer.Option("--weight", help="The share of each judge, in their order; repeatable.")
    ] = None,
    sweep: Annotated[
        Path | None, typer.Option(help="Try shares of two judges and score each on these held-out pairs.")
    ] = None,
    steps: Annotated[int, typer.Option(min=2, help="The number of steps of --sweep from one to the other.")] = 4,
    export: Annotated[
        Literal["mergekit"] | None, typer.Option(help="Write the configuration for that tool instead of merging.")
    ] = None,
) -> None:
    """Average the weights of trained judges, or of LoRA adapters, of one kind; equal shares by default."""
    try:
        merging = import_module("codefavor.train.merge")
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "train") from None
    shares = weights or [1.0] * len(judges)
    if export:
        write_text(out, merging.mergekit_config(judges, shares))
        typer.echo(f"{out}: for `mergekit-yaml`")
    elif sweep:
        _sweep(merging, judges, sweep, out, steps)
    else:
        _merge(merging, judges, shares, out)
        typer.echo(f"{out}: the average of {len(judges)} judges")


def _merge(merging: Any, judges: list[Path], shares: list[float], out: Path) -> None:
    if all((judge / ADAPTER_CONFIG).exists() and not (judge / CARD_FILE).exists() for judge in judges):
        merging.merge_plain_adapters(judges, shares, out)
        return
    settings = {"judges": [str(judge) for judge in judges], "weights": shares}
    files = [file for judge in judges for file in sorted(judge.glob("*.safetensors"))]
    merging.merge_judges(judges, shares, out, make_manifest(f"codefavor {' '.join(sys.argv[1:])}", settings, files, 0))


class SweepSettings(Record):
    """What shapes the table of a sweep; it is resumed with the same settings or not at all."""

    weights: dict[str, str]
    """SHA-256 of the weights of both judges, by file."""
    pairs: str
    """SHA-256 of the held-out pairs."""


class Trial(Record):
    """One share that a sweep has tried."""

    share: float
    """The share of the second judge."""
    accuracy: float
    """The share of the held-out pairs that the merged judge gets right."""

    @property
    def rank(self) -> tuple[float, float]:
        """The sort key: accuracy, then how even the shares are."""
        return self.accuracy, -abs(self.share - 0.5)


def _sweep(merging: Any, judges: list[Path], pairs: Path, out: Path, steps: int) -> None:
    """Try shares one by one, and keep the best judge so far and the table of all, whose rows are not tried again."""
    if len(judges) != 2:
        raise ConfigError(f"--sweep takes two judges; {len(judges)} were given")
    tasks = load_tasks(pairs, "stripped", 0).tasks
    log, best, tried = out / "sweep.jsonl", out / "best", out / ".trial"
    weights = {str(file): hash_file(file) for judge in judges for file in sorted(judge.glob("*.safetensors"))}
    claim(out, SweepSettings(weights=weights, pairs=hash_file(pairs)), earlier=log.name)
    with Journal(log, Trial) as journal:
        trials = [trial for _, trial in journal.places()]
        for share in (step / steps for step in range(steps + 1)):
            if any(trial.share == share for trial in trials):
                continue
            shutil.rmtree(tried, ignore_errors=True)
            _merge(merging, judges, [1 - share, share], tried)
            trial = Trial(share=share, accuracy=_accuracy(tried, tasks))
            if all(trial.rank > other.rank for other in trials):
                shutil.rmtree(best, ignore_errors=True)
                tried.rename(best)
            trials.append(trial)
            journal.append(trial)
    shutil.rmtree(tried, ignore_errors=True)
    _show(trials, judges)
    typer.echo(f"{best}: the best on {pairs}, whose accuracy there is therefore too high; the table is {log}")


def _accuracy(folder: Path, tasks: Sequence[LabeledComparison]) -> float:
    verdicts = BothOrders(load_judge(f"model:{folder}")).judge([task.comparison for task in tasks])
    points = [
        0.5 if verdict.choice in (None, "tie") else float(verdict.choice == task.label)
        for verdict, task in zip(verdicts, tasks, strict=True)
    ]
    return sum(points) / len(points)


def _show(trials: list[Trial], judges: list[Path]) -> None:
    best = max(trials, key=lambda trial: trial.rank)
    table = Table(judges[0].name, judges[1].name, "accuracy, %", "", box=SIMPLE_HEAD)
    for trial in trials:
        cells = (f"{1 - trial.share:.2f}", f"{trial.share:.2f}", f"{100 * trial.accuracy:.1f}")
        table.add_row(*cells, "best" if trial == best else "")
    Console().print(table)
