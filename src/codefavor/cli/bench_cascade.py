"""`codefavor bench calibrate-cascade`: thresholds for judges asked one after the other, with a bound on their error."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from codefavor.atomic import write_json, write_text, writing_to
from codefavor.bench.cascade_runs import CascadeRow, StageRun, calibrate, read_stage
from codefavor.bench.results import VERDICTS_FILE
from codefavor.cli.bench_options import command_line
from codefavor.errors import DataError, UserError
from codefavor.manifest import make_manifest
from codefavor.report.frontier import CostRow, draw_frontier, money
from codefavor.report.text import percent


def calibrate_cascade(
    stage: Annotated[
        list[str],
        typer.Option(help="SPEC=RUN: a judge and the folder of its `bench run`, cheapest first; repeat for each."),
    ],
    out: Annotated[Path, typer.Option(help="The cascade.json to write, for `--judge cascade:FILE`.")],
    target: Annotated[
        list[float] | None,
        typer.Option(
            help="The error among answered to keep under; of several the first is written.", show_default="0.1"
        ),
    ] = None,
    delta: Annotated[float, typer.Option(min=1e-6, max=0.5, help="The probability of exceeding it after all.")] = 0.1,
    seed: Annotated[int, typer.Option(min=0, help="Draws which problems propose and which test.")] = 0,
    plot: Annotated[Path | None, typer.Option(help="Draw cost against accuracy as SVG.")] = None,
    machine_hour: Annotated[
        float, typer.Option(min=0, help="US dollars for an hour of this machine, added to what models charge.")
    ] = 0.0,
) -> None:
    """Choose thresholds so that the error among answered stays under a target with probability 1 - delta."""
    runs = [_read_stage(argument) for argument in stage]
    targets = target or [0.1]
    if not all(0 < share < 1 for share in targets):
        raise UserError("--target is a share between 0 and 1")
    inputs = [Path(argument.rpartition("=")[2]) / VERDICTS_FILE for argument in stage]
    config = {"stages": [run.spec for run in runs], "targets": targets, "delta": delta}
    manifest = make_manifest(command_line(), config, inputs, seed)
    rows: list[CascadeRow] = []
    for number, share in enumerate(targets):
        try:
            card, row = calibrate(runs, share, delta, seed, manifest)
        except DataError as error:
            if number == 0:
                raise
            typer.echo(f"target {share:g}: {error}", err=True)
            continue
        rows.append(row)
        if number == 0:
            with writing_to(out):
                write_json(out, card)
    _print(runs, rows, machine_hour)
    if plot:
        drawn = draw_frontier([*_judges(runs, machine_hour), *(_dot(row, machine_hour) for row in rows)])
        if not drawn:
            raise UserError("nothing costs anything here, so there is no frontier; give --machine-hour")
        with writing_to(plot):
            write_text(plot, str(drawn))
    typer.echo(f"{out}: --judge cascade:{out}")


def _read_stage(argument: str) -> StageRun:
    spec, _, folder = argument.rpartition("=")
    if not spec or not folder:
        raise UserError(f"--stage {argument}: write SPEC=FOLDER, such as evidence=runs/evidence")
    return read_stage(spec, Path(folder))


def _print(runs: Sequence[StageRun], rows: Sequence[CascadeRow], machine_hour: float) -> None:
    table = Table(box=SIMPLE_HEAD)
    for heading in ("target %", "answered %", "error %", "accuracy %", "seconds", "US$"):
        table.add_column(heading, justify="right", no_wrap=True)
    for run in runs:
        table.add_column(f"{run.spec} %", justify="right", overflow="fold")
    for row in rows:
        error = "–" if row.error is None else percent(row.error)
        figures = [percent(row.target), percent(row.answered), error, percent(row.accuracy)]
        figures += [f"{row.cost.seconds:.3f}", money(_dot(row, machine_hour).dollars)]
        table.add_row(*figures, *(percent(share) for share in row.by_stage))
    Console().print(table)
    typer.echo("Shares of all calibration tasks; the guarantee rests on the half that tests.")


def _judges(runs: Sequence[StageRun], machine_hour: float) -> list[CostRow]:
    found = []
    for run in runs:
        seconds, _, _, dollars = run.costs.mean(axis=0)
        named = run.answers.confidence > 0
        accuracy = float((run.answers.right + (~named) / 2).mean())
        paid = float(dollars + seconds / 3600 * machine_hour)
        found.append(CostRow(judge=run.spec, published=False, dollars=paid, relative=None, accuracy=accuracy))
    return found


def _dot(row: CascadeRow, machine_hour: float) -> CostRow:
    paid = row.cost.dollars + row.cost.seconds / 3600 * machine_hour
    name = f"cascade, {percent(row.target)}%"
    return CostRow(judge=name, published=False, dollars=paid, relative=None, accuracy=row.accuracy)
