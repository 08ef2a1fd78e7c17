"""Counts the work of both candidates on growing inputs, and times what cannot be counted.

Counted work is the bytecode instructions and what C functions cost (`sandbox.inside.metering`): the same in
every run, on any machine. Processor time is noted beside it; it is measured with care only where a candidate gives much
work to a function without a price. What follows from it is said in `work_comparison`.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from codefavor.evidence.behaviour import call_source
from codefavor.evidence.entry_point import EntryPoint
from codefavor.evidence.relations import Arguments
from codefavor.evidence.scaling import Grow, grow, size_of, ways_to_grow
from codefavor.pairs.evidence import Growth, Work
from codefavor.sandbox.job import CallOutcome, Job, SandboxCall
from codefavor.sandbox.pool import Pool
from codefavor.sandbox.wire import ProcessLimits

FACTORS = (1, 4, 16, 64, 256, 1024, 4096, 16384)
BUDGET = 250_000
"""Instructions, and as many again for C functions, after which larger inputs are not tried."""
_REPEATS = 2
_FAR_TOO_LONG = 150_000_000
"""Nanoseconds of a call after which larger inputs are not tried, whatever was counted.

A hundred times what the counts allow, so that hardly any call comes near enough for noise to say how far a series goes.
"""
_SEEDS = 2
_ENOUGH_POINTS = 3
_LIMITS = ProcessLimits(cpu_seconds=5)
_MAX_ROUNDS, _TIMINGS = 8, 5
CLEAR_TIME = 1.6
"""Ratio of processor time that decides where counts cannot."""
TIME_BAND = 1.08
"""How near to that ratio is too near: a ratio within this factor of it decides nothing, and ends no measurement."""


@dataclass(frozen=True)
class Series:
    """What growing inputs of one shape cost one candidate."""

    work: tuple[Work, ...]
    """One for every input it finished, from the smallest."""
    spent: bool
    """Whether the next larger input was too much work."""
    hidden: bool = False
    """Whether some of its work was not counted: not metered, or in functions without a price."""


@dataclass(frozen=True)
class CostRun:
    """What all series showed."""

    a: tuple[Series, ...]
    """Of candidate A."""
    b: tuple[Series, ...]
    """Of candidate B, on the same inputs."""


def run_cost(
    pool: Pool, entry_point: EntryPoint, codes: tuple[str, str], seeds: Sequence[Arguments], seed: int
) -> CostRun:
    """Run both candidates on growing inputs made from the largest seeds."""
    largest = sorted(seeds, key=lambda arguments: (-size_of(arguments), repr(arguments)))[:_SEEDS]
    series_a: list[Series] = []
    series_b: list[Series] = []
    for chosen in largest:
        for way in ways_to_grow(chosen):
            inputs = growing_inputs(seeds, chosen, way, random.Random(seed))
            calls = tuple(SandboxCall(call_source(entry_point.name, i), BUDGET, _REPEATS, meter=True) for i in inputs)
            jobs = [Job(code, calls, stop_after=_FAR_TOO_LONG, limits=_LIMITS) for code in codes]
            sizes = [size_of(arguments) for arguments in inputs]
            a, b = (_series(sizes, result.outcomes) for result in pool.run(jobs))
            if a.hidden or b.hidden:
                a, b = _time(pool, codes, calls, a, b)
            series_a.append(a)
            series_b.append(b)
    return CostRun(tuple(series_a), tuple(series_b))


def growing_inputs(seeds: Sequence[Arguments], seed: Arguments, way: Grow, rng: random.Random) -> list[Arguments]:
    """Return inputs that grow by the factors, as far as they do."""
    inputs = [grow(seeds, seed, way, factor, rng) for factor in FACTORS]
    kept = inputs[:1]
    for arguments in inputs[1:]:
        if size_of(arguments) > size_of(kept[-1]):
            kept.append(arguments)
    return kept


def _series(sizes: list[int], outcomes: Sequence[CallOutcome]) -> Series:
    work: list[Work] = []
    hidden = False
    for size, outcome in zip(sizes, outcomes, strict=True):
        if outcome.status not in ("returned", "too large") or outcome.nanoseconds is None:
            return Series(tuple(work), outcome.status in ("exhausted", "died", "raised"), hidden)
        work.append(Work(size=size, opcodes=outcome.opcodes, nanoseconds=outcome.nanoseconds, cost=outcome.cost))
        hidden = hidden or outcome.cost is None or bool(outcome.unpriced)
    return Series(tuple(work), False, hidden)


def _time(
    pool: Pool, codes: tuple[str, str], calls: Sequence[SandboxCall], a: Series, b: Series
) -> tuple[Series, Series]:
    """Time the largest common input, the candidates in turn, until the ratio is clear of the one that decides.

    What else the machine does only ever adds time, to one candidate or the other, so the least time of each counts.
    """
    last = min(len(a.work), len(b.work)) - 1
    if last < 0:
        return a, b
    jobs = [Job(code, (SandboxCall(calls[last].source, 0, _TIMINGS),), limits=_LIMITS) for code in codes]
    for number in range(_MAX_ROUNDS):
        a, b = (
            _with_time(series, last, pool.run_one(job).outcomes[0].nanoseconds)
            for series, job in zip((a, b), jobs, strict=True)
        )
        margin = abs(math.log((a.work[last].nanoseconds or 1) / (b.work[last].nanoseconds or 1)))
        if number and abs(margin - math.log(CLEAR_TIME)) > 2 * math.log(TIME_BAND):
            break
    return a, b


def _with_time(series: Series, place: int, nanoseconds: int | None) -> Series:
    known = series.work[place].nanoseconds
    if nanoseconds is None or known is None:
        return series
    timed = series.work[place].model_copy(update={"nanoseconds": min(known, nanoseconds)})
    return replace(series, work=(*series.work[:place], timed, *series.work[place + 1 :]))


def fit_growth(series: Series) -> Growth | None:
    """Return the slope of work over size on doubly logarithmic paper, over the larger half; None for few points.

    Work is what was counted, or processor time where some is hidden.
    """
    costs = [(w.size, w.nanoseconds if series.hidden else w.counted) for w in series.work]
    points = [(math.log(size), math.log(cost)) for size, cost in costs if size > 1 and cost]
    points = points[-max(_ENOUGH_POINTS, len(points) // 2 + 1) :]
    if len(points) < _ENOUGH_POINTS or points[0][0] == points[-1][0]:
        return None
    x, y = np.array(points).T
    slope, intercept = np.polyfit(x, y, 1)
    residual = y - (slope * x + intercept)
    spread = float(((x - x.mean()) ** 2).sum())
    error = math.sqrt(float((residual**2).sum()) / (len(x) - 2) / spread)
    return Growth(exponent=round(float(slope), 3), error=round(error, 3))
