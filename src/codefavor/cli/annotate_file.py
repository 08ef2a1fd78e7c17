"""`codefavor annotate page` and `annotate import`: a study for people without a server."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from codefavor.annotate.auth import is_name
from codefavor.annotate.file_page import make_page
from codefavor.annotate.import_votes import import_votes as import_file
from codefavor.annotate.store import Store, sole_server
from codefavor.atomic import write_text, writing_to
from codefavor.cli.options import CriterionOption, KeepCommentsOption
from codefavor.cli.study_options import CheckRateOption, ChecksOption, StudySeedOption, VotesPerTaskOption, read_study
from codefavor.errors import UserError


def page(
    pairs: Annotated[Path, typer.Option(help="A file of preference pairs, or the benchmark's folder.")],
    store: Annotated[Path, typer.Option(help="The study's file; one that exists is resumed.")],
    annotator: Annotated[str, typer.Option(help="Whose page it is: it draws the order of tasks and candidates.")],
    out: Annotated[Path, typer.Option(help="The HTML file.")],
    criterion: CriterionOption = None,
    votes_per_task: VotesPerTaskOption = 3,
    check_rate: CheckRateOption = 0.05,
    checks: ChecksOption = None,
    keep_comments: KeepCommentsOption = False,
    seed: StudySeedOption = 0,
) -> None:
    """Write the study as one HTML file for one annotator, who sends back the votes that it saves."""
    name = " ".join(annotator.split())
    if not is_name(name):
        raise UserError(f"--annotator {annotator!r}: a name of 1 to 64 visible characters was expected")
    settings, tasks = read_study(
        pairs,
        checks,
        votes_per_task=votes_per_task,
        check_rate=check_rate,
        keep_comments=keep_comments,
        criterion=criterion,
        seed=seed,
    )
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
