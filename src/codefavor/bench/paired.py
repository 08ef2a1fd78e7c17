"""Two runs on the same tasks: by how much do their judges differ, and could it be chance?

The difference is taken task by task, which is far sharper than comparing two intervals.
"""

from pathlib import Path

import numpy as np

from codefavor.bench.bench_judge import read_result, read_verdicts
from codefavor.bench.benchmark import average_strata
from codefavor.bench.results import TaskVerdict
from codefavor.bench.scoring import joined, sample_of, score
from codefavor.bench.statistics import Estimate, PairedTest, paired_test
from codefavor.errors import DataError
from codefavor.record import Record

AVERAGE = "average"
_COMPARED = ("order", "comments", "criterion")


class PairedRow(Record):
    """How two judges differ on one stratum, or on average."""

    aspect: str
    """The key of the stratum, or "average" over those that count in it."""
    first: float
    """Accuracy of the first judge."""
    second: float
    """Accuracy of the second judge."""
    difference: Estimate
    """First minus second, with its intervals."""
    test: PairedTest
    """Whether the difference could be chance."""


class PairedResult(Record):
    """How two judges differ."""

    first: str
    """The first judge's name."""
    second: str
    """The second judge's name."""
    differing: tuple[str, ...]
    """The settings, besides the judge, in which the runs differ."""
    rows: tuple[PairedRow, ...]
    """One row for each stratum, then the average where there is one."""


def compare_runs(first: Path, second: Path, seed: int) -> PairedResult:
    """Compare two finished runs.

    Args:
        first: the folder of a run, or the `result.json` in it.
        second: the other one.
        seed: draws the sign flips and the bootstrap.

    Raises:
        DataError: a run is missing or unfinished, or the two are not about the same tasks.
    """
    one, two = read_result(first), read_result(second)
    if one.settings.data != two.settings.data:
        raise DataError(f"{first} and {second}: benched on different data, so nothing can be compared")
    rows_one, rows_two = ({row.task: row for row in read_verdicts(run)} for run in (first, second))
    if rows_one.keys() != rows_two.keys() or any(rows_two[key].label != row.label for key, row in rows_one.items()):
        raise DataError(f"{first} and {second}: benched on different tasks, so nothing can be compared")
    strata = {key: {key} for key in one.aspects}
    if one.average is not None:
        strata[AVERAGE] = set(average_strata(one.strata, one.aspects))
    rng = np.random.default_rng(seed)
    matched = [(row, rows_two[key]) for key, row in rows_one.items()]
    return PairedResult(
        first=one.judge,
        second=two.judge,
        differing=tuple(name for name in _COMPARED if getattr(one.settings, name) != getattr(two.settings, name)),
        rows=tuple(
            _compare_stratum(name, [pair for pair in matched if pair[0].aspect in members], rng)
            for name, members in strata.items()
        ),
    )


def _compare_stratum(
    aspect: str, matched: list[tuple[TaskVerdict, TaskVerdict]], rng: np.random.Generator
) -> PairedRow:
    rows = [one for one, _ in matched]
    first = [score(joined(one), one.label) for one, _ in matched]
    second = [score(joined(two), two.label) for _, two in matched]
    differences = sample_of(rows, [x - y for x, y in zip(first, second, strict=True)])
    return PairedRow(
        aspect=aspect,
        first=sample_of(rows, first).mean,
        second=sample_of(rows, second).mean,
        difference=differences.estimate(rng, low=-1.0, high=1.0),
        test=paired_test(differences, rng),
    )
