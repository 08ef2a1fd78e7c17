"""Which of two candidates does less work, by what was counted, or that it is too close to call. Pure.

Counts decide wherever all work was counted, so that the same pair always gets the same answer. Where some was hidden in
functions without a price, processor time decides, and only where no noise can have said it.
"""

import math
from typing import NamedTuple

from codefavor.evidence.cost import CLEAR_TIME, TIME_BAND, CostRun, Series
from codefavor.pairs.comparison import Side
from codefavor.pairs.evidence import Work, WorkComparison

CLEAR = 1.15
"""Ratio of counted work that decides, where instructions alone do not name the other candidate."""
CLEAR_ALONE = 1.6
"""Ratio of counted work that decides by itself."""
NOISE = 1.1
"""Ratio below which a second measure says nothing."""


class _Row(NamedTuple):
    """A over B on one input, as logarithms."""

    time: float
    counted: float
    instructions: float
    work: float
    """What both did there, counted: the weight of the row."""


def compare_work(run: CostRun) -> WorkComparison | None:
    """Return which candidate does less work, if either clearly does, and by how much; None where neither was run."""
    rows = [row for a, b in zip(run.a, run.b, strict=True) if (row := _last_common(a, b))]
    outlasted = _outlasted(run)
    if not rows and outlasted is None:
        return None
    total = sum(row.work for row in rows) or 1
    time, count, instructions = (sum(row[at] * row.work for row in rows) / total for at in (0, 1, 2))
    hidden = any(series.hidden for series in (*run.a, *run.b))
    side = _by_time(time, count) if hidden else _by_counts(count, instructions)
    # How work grows comes before what it is on inputs that both finish, some of which end early.
    return WorkComparison(cheaper=outlasted or side, log_time=time, log_count=count)


def _by_counts(count: float, instructions: float) -> Side | None:
    less: Side = "A" if count < 0 else "B"
    if abs(count) >= math.log(CLEAR_ALONE):
        return less
    contradicted = count * instructions < 0 and abs(instructions) >= math.log(NOISE)
    return less if abs(count) >= math.log(CLEAR) and not contradicted else None


def _by_time(time: float, count: float) -> Side | None:
    contradicted = time * count < 0 and abs(count) >= math.log(CLEAR_ALONE)
    if abs(time) < math.log(CLEAR_TIME * TIME_BAND) or contradicted:
        return None
    return "A" if time < 0 else "B"


def _last_common(a: Series, b: Series) -> _Row | None:
    """Return the ratios at the largest input that both finish."""
    for one, other in zip(reversed(a.work[: len(b.work)]), reversed(b.work[: len(a.work)]), strict=True):
        if (row := _row(one, other)) is not None:
            return row
    return None


def _row(one: Work, other: Work) -> _Row | None:
    if not (one.nanoseconds and other.nanoseconds and one.opcodes and other.opcodes):
        return None
    counted = (one.counted or 1, other.counted or 1)
    return _Row(
        time=math.log(one.nanoseconds / other.nanoseconds),
        counted=math.log(counted[0] / counted[1]),
        instructions=math.log(one.opcodes / other.opcodes),
        work=sum(counted),
    )


def _outlasted(run: CostRun) -> Side | None:
    """Return the candidate that finishes inputs two steps beyond what is too much work for the other."""
    ahead = [
        len(a.work) - len(b.work)
        for a, b in zip(run.a, run.b, strict=True)
        if (a.spent and len(b.work) > len(a.work)) or (b.spent and len(a.work) > len(b.work))
    ]
    if any(lead >= 2 for lead in ahead) and all(lead >= 0 for lead in ahead):
        return "A"
    if any(lead <= -2 for lead in ahead) and all(lead <= 0 for lead in ahead):
        return "B"
    return None
