"""`codefavor calibrate`: fit a trained judge's temperature on its run on held-out pairs."""

from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from codefavor.atomic import write_text, writing_to
from codefavor.bench.calibrate import Calibrated, calibrate_judge
from codefavor.cli.verbosity import note
from codefavor.errors import UserError
from codefavor.judges.card import CARD_FILE, write_card
from codefavor.report.calibration import render_calibration
from codefavor.report.text import percent

app = typer.Typer()


@app.command()
def calibrate(
    judge: Annotated[Path, typer.Argument(help="The folder of a trained judge; its judge.json is written anew.")],
    run: Annotated[
        Path,
        typer.Option(help="The folder of its `codefavor bench run` on held-out pairs, as `pairs split` keeps apart."),
    ],
    abstain: Annotated[
        float | None,
        typer.Option(help="Abstain below a confidence that keeps the error of the answers under this share."),
    ] = None,
    delta: Annotated[
        float, typer.Option(min=1e-6, max=0.5, help="The probability that the error exceeds --abstain.")
    ] = 0.1,
    seed: Annotated[int, typer.Option(min=0, help="Draws which problems fit and which test.")] = 0,
    plot: Annotated[Path | None, typer.Option(help="Draw reliability before and after as an HTML page.")] = None,
) -> None:
    """Fit a temperature on held-out pairs and write it to judge.json; with --abstain also a confidence threshold."""
    if abstain is not None and not 0 < abstain < 0.5:
        raise UserError(f"--abstain {abstain:g}: a share between 0 and 0.5 was expected, such as 0.1")
    found = calibrate_judge(judge, run, abstain, delta, seed)
    if found.unknown:
        note(f"{judge} has no list of its training groups, so whether the pairs are held out was not checked")
    if plot:
        with writing_to(plot):
            measured = [("temperature 1", found.before), ("fitted", found.after)]
            write_text(plot, render_calibration(str(judge), measured))
    with writing_to(judge / CARD_FILE):
        write_card(judge, found.card)
    _print(found)
    typer.echo(f"{judge / CARD_FILE}")
    if plot:
        typer.echo(f"{plot}")


def _print(found: Calibrated) -> None:
    calibration = found.card.calibration
    if calibration is None:
        return
    table = Table("temperature", "calibration error, points", "answers", box=SIMPLE_HEAD)
    table.add_row("1", percent(found.before.error), str(found.before.tasks))
    table.add_row(f"{calibration.temperature:.3f}", percent(found.after.error), str(found.after.tasks))
    Console().print(table)
    typer.echo("The second error is of each half of the problems at the temperature that fits the other half.")
    if kept := calibration.abstain:
        typer.echo(
            f"Answers from a confidence of {kept.below:.3f} on: of {kept.problems} problems that tested it, "
            f"{kept.answered} answered, {kept.errors} wrongly ({percent(kept.errors / kept.answered)}%, "
            f"at most {percent(kept.max_error)}% with confidence {1 - kept.delta:g})"
        )
