"""The options of a study with people, and the study that they describe."""

from pathlib import Path
from typing import Annotated

import typer

from codefavor.annotate.checks import NO_CHECKS
from codefavor.annotate.study import StudySettings, StudyTask, lacks_checks, load_study
from codefavor.cli.options import read_value
from codefavor.cli.verbosity import note

VotesPerTaskOption = Annotated[int, typer.Option(min=1, help="How many people are to vote on each task.")]
CheckRateOption = Annotated[float, typer.Option(min=0, max=0.5, help="The share of attention checks.")]
ChecksOption = Annotated[Path | None, typer.Option(help="Pairs to check attention with; else built-in ones.")]
StudySeedOption = Annotated[int, typer.Option(min=0, help="Draws orders, sequences and the places of checks.")]


def read_study(
    pairs: Path,
    checks: Path | None,
    *,
    votes_per_task: int,
    check_rate: float,
    keep_comments: bool,
    criterion: str | None,
    seed: int,
) -> tuple[StudySettings, tuple[StudyTask, ...]]:
    """Return the settings and the tasks of a study, with a note where nothing checks the annotators' attention.

    Raises:
        UserError: the criterion names a file that cannot be read, or is laid over the benchmark's own.
        DataError: a file of pairs is unreadable or malformed.
    """
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
    return settings, tasks
