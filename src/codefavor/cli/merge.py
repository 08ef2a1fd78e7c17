"""`codefavor merge`: one judge from several, by the average of their weights."""

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from codefavor.bench.tasks import load_tasks
from codefavor.errors import ConfigError, MissingExtraError
from codefavor.judge.both_orders import BothOrders
from codefavor.judge.load import load_judge
from codefavor.manifest import make_manifest

app = typer.Typer()


@app.command()
def merge(
    judges: Annotated[list[Path], typer.Argument(help="The folders of two or more trained judges.")],
    out: Annotated[Path, typer.Option(help="The folder of the merged judge; with --sweep, of all that are tried.")],
    weights: Annotated[
        list[float] | None, typer.Option("--weight", help="The share of each judge, in their order; repeatable.")
    ] = None,
    sweep: Annotated[
        Path | None, typer.Option(help="Try shares of two judges and score each on these held-out pairs.")
    ] = None,
    steps: Annotated[int, typer.Option(min=2, help="How many steps --sweep takes from one to the other.")] = 4,
    export: Annotated[
        Literal["mergekit"] | None, typer.Option(help="Write the configuration for that tool instead of merging.")
    ] = None,
) -> None:
    """Average the weights of trained judges of one kind; equal shares unless told otherwise."""
    try:
        merging = import_module("codefavor.train.merge")
    except ImportError as error:
        raise MissingExtraError(error.name or "torch", "train") from None
    shares = weights or [1.0] * len(judges)
    if export:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(merging.mergekit_config(judges, shares), encoding="utf-8")
        typer.echo(f"{out}: for `mergekit-yaml`")
    elif sweep:
        _sweep(merging, judges, sweep, out, steps)
    else:
        _merge(merging, judges, shares, out)
        typer.echo(f"{out}: the average of {len(judges)} judges")


def _merge(merging: Any, judges: list[Path], shares: list[float], out: Path) -> None:
    settings = {"judges": [str(judge) for judge in judges], "weights": shares}
    files = [file for judge in judges for file in sorted(judge.glob("*.safetensors"))]
    merging.merge_judges(judges, shares, out, make_manifest(f"codefavor {' '.join(sys.argv[1:])}", settings, files, 0))


def _sweep(merging: Any, judges: list[Path], pairs: Path, out: Path, steps: int) -> None:
    if len(judges) != 2:
        raise ConfigError(f"--sweep goes from one judge to another; {len(judges)} were given")
    scores = dict(_scored(merging, judges, pairs, out, steps))
    best = max(scores, key=lambda share: (scores[share], -abs(share - 0.5)))
    table = Table(judges[0].name, judges[1].name, "accuracy, %", "", box=SIMPLE_HEAD)
    for share, accuracy in scores.items():
        table.add_row(f"{1 - share:.2f}", f"{share:.2f}", f"{100 * accuracy:.1f}", "best" if share == best else "")
    Console().print(table)
    typer.echo(f"{out / _name(best)}: the best of them on {pairs}, which therefore says too much of it")


def _scored(merging: Any, judges: list[Path], pairs: Path, out: Path, steps: int) -> Iterator[tuple[float, float]]:
    tasks = load_tasks(pairs, "stripped", 0).tasks
    for step in range(steps + 1):
        share = step / steps
        folder = out / _name(share)
        if not (folder / "judge.json").exists():
            _merge(merging, judges, [1 - share, share], folder)
        judge = BothOrders(load_judge(f"model:{folder}"))
        verdicts = judge.judge([task.comparison for task in tasks])
        points = [
            0.5 if verdict.choice in (None, "tie") else float(verdict.choice == task.label)
            for verdict, task in zip(verdicts, tasks, strict=True)
        ]
        yield share, sum(points) / len(points)


def _name(share: float) -> str:
    return f"share-{share:.3f}"
