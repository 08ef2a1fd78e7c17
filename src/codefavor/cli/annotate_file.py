"""`codefavor annotate page` and `annotate import`: a study for people without a server."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from codefavor.annotate.auth import is_name
from codefavor.annotate.checks import NO_CHECKS
from codefavor.annotate.file_page import make_page
from codefavor.annotate.import_votes import import_votes as import_file
from codefavor.annotate.store import Store, sole_server
from codefavor.annotate.study import StudySettings, lacks_checks, load_study
from codefavor.atomic import write_text, writing_to
from codefavor.cli.options import CriterionOption, KeepCommentsOption, read_value
from codefavor.cli.verbosity import note
from codefavor.errors import UserError


def page(
    pairs: Annotated[Path, typer.Option(help="A file of preference pairs, or the benchmark's folder.")],
    store: Annotated[Path, typer.Option(help="The study's file; one that exists is resumed.")],
    annotator: Annotated[str, typer.Option(help="Whose page it is: it draws the order of tasks and candidates.")],
    out: Annotated[Path, typer.Option(help="The HTML file.")],
    criterion: CriterionOption = None,
    votes_per_task: Annotated[int, typer.Option(min=1, help="How many people are to vote on each task.")] = 3,
    check_rate: Annotated[float, typer.Option(min=0, max=0.5, help="The share of attention checks.")] = 0.05,
    checks: Annotated[Path | None, typer.Option(help="Pairs to check attention with; else built-in ones.")] = None,
    keep_comments: KeepCommentsOption = False,
    seed: Annotated[int, typer.Option(min=0, help="Draws orders, sequences and the places of checks.")] = 0,
) -> None:
    """Write the study as one HTML file for one annotator, who sends back the votes that it saves."""
    name = " ".join(annotator.split())
    if not is_name(name):
        raise UserError(f"--annotator {annotator!r}: a name of 1 to 64 visible characters was expected")
    settings = StudySettings(
        votes_per_task=votes_per_task,
        check_rate=check_rate,
        comments="kept" if keep_comments else "stripped",
        criterion=None if criterion is None else read_value(criterion),
        seed=seed,
    )
    tasks = load_study(pairs, settings, checks)
    if lacks_checks(settings, tasks):
        note(NO_CHECKS)
    Store.begin(store, settings, tasks).close()
    made = make_page(settings, tasks, name, datetime.now(UTC))
    with writing_to(out):
        write_text(out, made)
    typer.echo(f"{out}: {sum(not task.check for task in tasks)} tasks for {name}; votes go to {store} by import")


def import_votes(
    files: Annotated[list[Path], typer.Argument(help="Files of votes that pages saved.")],
    store: Annotated[Path, typer.Option("--store", help="The study's file.")],
) -> None:
    """Take the votes that pages saved into the study; those that are there already are not counted twice."""
    study = Store.open(store)
    try:
        with sole_server(store):
            for file in files:
                annotator, fresh = import_file(study, file)
                typer.echo(f"{file}: {fresh} new answers of {annotator}")
    finally:
        study.close()
