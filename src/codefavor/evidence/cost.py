"""Counts and times the work of both candidates on growing inputs, and says which does less, or that it is too close.

Bytecode instructions are the same in every run but do not see into C functions; processor time sees everything and is
noisy. A verdict needs the two to agree, or processor time to speak so clearly that noise cannot have said it.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from codefavor.evidence.behaviour import call_source
from codefavor.evidence.entry import Entry
from codefavor.evidence.inputs import Arguments
from codefavor.evidence.scaling import Grow, grow, size_of, ways_to_grow
from codefavor.pairs.comparison import Side
from codefavor.pairs.evidence import Growth, Work, WorkBalance
from codefavor.sandbox.job import Call, Job, Limits, Outcome
from codefavor.sandbox.pool import Pool

FACTORS = (1, 4, 16, 64, 256, 1024, 4096, 16384)
BUDGET = 250_000
REPEATS = 3
STOP_AFTER = 4_000_000
"""Nanoseconds of a call after which larger inputs are not tried: enough to be measured well."""
_MOST_ROUNDS, _CALM_ROUNDS, _CONFIRMING_REPEATS = 10, 2, 11
_SETTLED = 0.98
"""Share of the least processor time so far that a round has to undercut to count as news."""
_AMBIGUOUS = 4.0
"""Ratio of processor time below which the largest common input is timed again, the candidates in turn."""
_SEEDS = 2
_ENOUGH_POINTS = 3
_LIMITS = Limits(cpu_seconds=8)
CLEAR = 1.25
"""Ratio of processor time that decides when the counts agree."""
CLEAR_ALONE = 1.6
"""Ratio of processor time that decides by itself."""
CLEAR_COUNT = 1.15
"""Ratio of instructions that decides when processor time does not contradict it."""
NOISE = 1.1
"""Ratio of processor time below which it says nothing."""


@dataclass(frozen=True)
class Series:
    """What growing inputs of one shape cost one candidate."""

    work: tuple[Work, ...]
    """One for every input it finished, from the smallest."""
    spent: bool
    """Whether the next larger input was too much work."""


@dataclass(frozen=True)
class CostRun:
    """What all series showed."""

    a: tuple[Series, ...]
    """Of candidate A."""
    b: tuple[Series, ...]
    """Of candidate B, on the same inputs."""


def run_cost(pool: Pool, entry: Entry, codes: tuple[str, str], seeds: Sequence[Arguments], seed: int) -> CostRun:
    """Run both candidates on growing inputs made from the largest seeds."""
    largest = sorted(seeds, key=lambda arguments: (-size_of(arguments), repr(arguments)))[:_SEEDS]
    series_a: list[Series] = []
    series_b: list[Series] = []
    for chosen in largest:
        for way in ways_to_grow(chosen):
            inputs = growing_inputs(seeds, chosen, way, random.Random(seed))
            calls = tuple(Call(call_source(entry.name, i), BUDGET, REPEATS) for i in inputs)
            jobs = [Job(code, calls, stop_after=STOP_AFTER, limits=_LIMITS) for code in codes]
            sizes = [size_of(arguments) for arguments in inputs]
            a, b = (_series(sizes, result.outcomes) for result in pool.run(jobs))
            a, b = _confirm(pool, codes, calls, a, b)
            series_a.append(a)
            series_b.append(b)
    return CostRun(tuple(series_a), tuple(series_b))


def _confirm(pool: Pool, codes: tuple[str, str], calls: Sequence[Call], a: Series, b: Series) -> tuple[Series, Series]:
    """Time the largest common input again where the first figures lie close, until the least time of both is settled.

    What else the machine does only ever adds time, to one candidate or the other: on a busy machine a fixed number of
    repetitions leaves the choice to chance.
    """
    last = min(len(a.work), len(b.work)) - 1
    common = _last_common(a, b)
    if common is None or max(common[0], 1 / common[0]) >= _AMBIGUOUS:
        return a, b
    job_a, job_b = (Job(code, (Call(calls[last].source, 0, _CONFIRMING_REPEATS),), limits=_LIMITS) for code in codes)
    calm = 0
    for _ in range(_MOST_ROUNDS):
        before = (a.work[last].nanoseconds or 0, b.work[last].nanoseconds or 0)
        a = _with_time(a, last, pool.run_one(job_a).outcomes[0].nanoseconds)
        b = _with_time(b, last, pool.run_one(job_b).outcomes[0].nanoseconds)
        after = (a.work[last].nanoseconds or 0, b.work[last].nanoseconds or 0)
        calm = calm + 1 if all(now >= _SETTLED * then for now, then in zip(after, before, strict=True)) else 0
        if calm == _CALM_ROUNDS:
            break
    return a, b


def _with_time(series: Series, place: int, nanoseconds: int | None) -> Series:
    known = series.work[place].nanoseconds
    if nanoseconds is None or known is None:
        return series
    timed = series.work[place].model_copy(update={"nanoseconds": min(known, nanoseconds)})
    return replace(series, work=(*series.work[:place], timed, *series.work[place + 1 :]))


def growing_inputs(seeds: Sequence[Arguments], seed: Arguments, way: Grow, rng: random.Random) -> list[Arguments]:
    """Return inputs that grow by the factors, as far as they do."""
    inputs = [grow(seeds, seed, way, factor, rng) for factor in FACTORS]
    kept = inputs[:1]
    for arguments in inputs[1:]:
        if size_of(arguments) > size_of(kept[-1]):
            kept.append(arguments)
    return kept


def _series(sizes: list[int], outcomes: Sequence[Outcome]) -> Series:
    work: list[Work] = []
    for size, outcome in zip(sizes, outcomes, strict=True):
        if outcome.status not in ("returned", "too large") or outcome.nanoseconds is None:
            return Series(tuple(work), outcome.status in ("exhausted", "died", "raised"))
        work.append(Work(size=size, opcodes=outcome.opcodes, nanoseconds=outcome.nanoseconds))
    return Series(tuple(work), False)


def fit_growth(work: Sequence[Work]) -> Growth | None:
    """Return the slope of work over size on doubly logarithmic paper, over the larger half; None for few points."""
    points = [(math.log(w.size), math.log(w.nanoseconds)) for w in work if w.size > 1 and w.nanoseconds]
    points = points[-max(_ENOUGH_POINTS, len(points) // 2 + 1) :]
    if len(points) < _ENOUGH_POINTS or points[0][0] == points[-1][0]:
        return None
    x, y = np.array(points).T
    slope, intercept = np.polyfit(x, y, 1)
    residual = y - (slope * x + intercept)
    spread = float(((x - x.mean()) ** 2).sum())
    error = math.sqrt(float((residual**2).sum()) / (len(x) - 2) / spread)
    return Growth(exponent=round(float(slope), 3), error=round(error, 3))


def balance(run: CostRun) -> WorkBalance | None:
    """Return which candidate does less work, if either clearly does, and by how much; None where neither was run."""
    compared = [pair for a, b in zip(run.a, run.b, strict=True) if (pair := _last_common(a, b))]
    outlasted = _outlasted(run)
    if not compared and outlasted is None:
        return None
    total = sum(spent for _, _, spent in compared) or 1
    log_time, log_count = (sum(math.log(row[at]) * row[2] / total for row in compared) for at in (0, 1))
    side = _decide(math.exp(log_time), math.exp(log_count), outlasted)
    return WorkBalance(cheaper=side, log_time=log_time, log_count=log_count)


def _decide(time: float, count: float, outlasted: Side | None) -> Side | None:
    faster: Side = "A" if time < 1 else "B"
    fewer: Side = "A" if count < 1 else "B"
    time_margin, count_margin = max(time, 1 / time), max(count, 1 / count)
    if outlasted is not None and not (faster != outlasted and time_margin > CLEAR_ALONE):
        return outlasted
    if time_margin >= CLEAR_ALONE:
        return faster
    if time_margin >= CLEAR and faster == fewer and count_margin >= NOISE:
        return faster
    if count_margin >= CLEAR_COUNT and (faster == fewer or time_margin < NOISE):
        return fewer
    return None


def _last_common(a: Series, b: Series) -> tuple[float, float, int] | None:
    """Return the ratios of time and of instructions at the largest input that both finish, and the time spent there."""
    for one, other in zip(reversed(a.work[: len(b.work)]), reversed(b.work[: len(a.work)]), strict=True):
        if one.nanoseconds and other.nanoseconds and one.opcodes and other.opcodes:
            time = one.nanoseconds / other.nanoseconds
            return time, one.opcodes / other.opcodes, one.nanoseconds + other.nanoseconds
    return None


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
