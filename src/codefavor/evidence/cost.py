"""Measures the work of both candidates on growing inputs: WebAssembly instructions, counted outside of the guest.

Each candidate runs each input in a guest of its own. Its work is the fuel from the moment at which it is handed the
input, less the fuel of a function that does nothing but return the same result: handing the arguments in and the result
out are no work of the candidate. Inputs on which the results differ are not compared. What a dishonest candidate may
have saved or done elsewhere is measured too. What follows from all that is said in `work_comparison`.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from codefavor.evidence.dialect import Dialect
from codefavor.evidence.entry_point import EntryPoint
from codefavor.evidence.more_fuel import alone_exhausted, with_more_fuel
from codefavor.evidence.python_dialect import PYTHON
from codefavor.evidence.relations import Arguments
from codefavor.evidence.scaling import Grow, grow, size_of, ways_to_grow
from codefavor.pairs.evidence import Growth, Work
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.job import CallOutcome, Job, SandboxCall
from codefavor.sandbox.lacking import lacking_for

FACTORS = (1, 4, 16, 64, 256, 1024, 4096, 16384)
BUDGET = 400_000_000
"""Fuel of a call, its arguments included, after which larger inputs are not tried."""
_MORE = 10
"""How many times that fuel the first input gets that is too much for one candidate alone."""
_SEEDS = 2
_ENOUGH_POINTS = 3
_FINISHED = ("returned", "too large")


@dataclass(frozen=True)
class Series:
    """What growing inputs of one shape cost one candidate."""

    work: tuple[Work, ...]
    """One for every input that both candidates finished with the same result, from the smallest."""
    finished: int
    """How many of the inputs it finished, from the smallest."""
    spent: bool
    """Whether the next larger input was too much work."""
    outdone: bool = False
    """Whether the other finished an input past the last of `work` that this one did not."""
    hidden: int = 0
    """Fuel of its last `work` that it may have saved by doing the harness's part of the call itself; 0 where it cannot
    have."""
    differs: bool = False
    """Whether both finished an input past the last of `work`, with different results."""


@dataclass(frozen=True)
class CostRun:
    """What all series showed."""

    a: tuple[Series, ...]
    """Of candidate A."""
    b: tuple[Series, ...]
    """Of candidate B, on the same inputs."""
    loading: tuple[int, int] = (0, 0)
    """The fuel that A and B spent while they were loaded, past what compiling and importing take."""


def run_cost(
    engine: Engine,
    entry_point: EntryPoint,
    codes: tuple[str, str],
    seeds: Sequence[Arguments],
    seed: int,
    dialect: Dialect = PYTHON,
) -> CostRun:
    """Run both candidates on growing inputs made from the largest seeds."""
    largest = sorted(seeds, key=lambda arguments: (-size_of(arguments), repr(arguments)))[:_SEEDS]
    shapes = [(chosen, way) for chosen in largest for way in ways_to_grow(chosen)]
    runs = [
        _run_series(engine, entry_point.name, codes, growing_inputs(seeds, chosen, way, random.Random(seed)), dialect)
        for chosen, way in shapes
    ]
    return CostRun(
        a=tuple(run.a for run in runs), b=tuple(run.b for run in runs), loading=_loading(engine, codes, runs, dialect)
    )


def growing_inputs(seeds: Sequence[Arguments], seed: Arguments, way: Grow, rng: random.Random) -> list[Arguments]:
    """Return inputs that grow by the factors, as far as they do."""
    inputs = [grow(seeds, seed, way, factor, rng) for factor in FACTORS]
    kept = inputs[:1]
    for arguments in inputs[1:]:
        if size_of(arguments) > size_of(kept[-1]):
            kept.append(arguments)
    return kept


class _SeriesRun(NamedTuple):
    a: Series
    b: Series
    loading: tuple[int, int]


def _run_series(
    engine: Engine, name: str, codes: tuple[str, str], inputs: Sequence[Arguments], dialect: Dialect
) -> _SeriesRun:
    calls = tuple(dialect.call(name, arguments, BUDGET) for arguments in inputs)
    jobs = [Job(code, calls, dialect.language, measured=True, growing=True) for code in codes]
    results = engine.run(jobs)
    own, other = (result.outcomes for result in results)
    a, b = _continued(engine, jobs[0], own, other), _continued(engine, jobs[1], other, own)
    agreed = [at for at in range(len(inputs)) if _agree(a[at], b[at], dialect)]
    overheads = measure_overhead(engine, [(calls[at], a[at].value) for at in agreed], dialect)
    points = [(at, size_of(inputs[at]), over) for at, over in zip(agreed, overheads, strict=True)]
    reaching = [dialect.can_reach_harness(code) for code in codes]
    return _SeriesRun(
        _series(a, b, points, reaching[0]),
        _series(b, a, points, reaching[1]),
        (results[0].loading.fuel or 0, results[1].loading.fuel or 0),
    )


def _continued(
    engine: Engine,
    job: Job,
    own: Sequence[CallOutcome],
    other: Sequence[CallOutcome],
) -> Sequence[CallOutcome]:
    """Return the outcomes of a candidate with more fuel for the first input that was too much for it alone.

    How much more work it is there, and whether both return the same, is what tells a slower candidate from a faster one
    that is wrong.
    """
    places = alone_exhausted(own, other)
    return with_more_fuel(engine, job, own, places[0], _MORE * BUDGET) if places else own


def _loading(engine: Engine, codes: tuple[str, str], runs: Sequence[_SeriesRun], dialect: Dialect) -> tuple[int, int]:
    """Return what loading took past compiling and importing: work may have been done there for inputs foreseen."""
    if not runs:
        return 0, 0
    jobs = [Job(dialect.unrun(code), language=dialect.language, measured=True) for code in codes]
    a, b = (result.loading.fuel or 0 for result in engine.run(jobs))
    return max(0, max(run.loading[0] for run in runs) - a), max(0, max(run.loading[1] for run in runs) - b)


def measure_overhead(engine: Engine, calls: Sequence[tuple[SandboxCall, Any]], dialect: Dialect = PYTHON) -> list[int]:
    """Return for every call and its result the fuel that it takes where the function does nothing but return it.

    A result that is no plain value is charged to the candidate; so is all of a call that is not that of a function by
    its name.
    """
    jobs = [Job(_returning(call, value, dialect), (call,), dialect.language, measured=True) for call, value in calls]
    return [_fuel_returned(result.outcomes[0]) for result in engine.run(jobs)]


def _returning(call: SandboxCall, value: Any, dialect: Dialect) -> str:
    name = call.function or dialect.name_called(call.source)
    if name is None:
        return ""
    result = dialect.write(value if dialect.is_plain(value) else None)
    return dialect.returning.format(name=name, result=result)


def _fuel_returned(outcome: CallOutcome) -> int:
    return outcome.fuel or 0 if outcome.status == "returned" else 0


def _agree(a: CallOutcome, b: CallOutcome, dialect: Dialect) -> bool:
    counted = a.fuel is not None and b.fuel is not None
    return counted and a.status == b.status == "returned" and dialect.same(a.value, b.value)


def _series(
    own: Sequence[CallOutcome], other: Sequence[CallOutcome], points: Sequence[tuple[int, int, int]], can_hide: bool
) -> Series:
    """Return the series of one candidate; `points` are places of inputs with their sizes and overheads."""
    work = tuple(Work(size=size, fuel=max(1, (own[at].fuel or 0) - overhead)) for at, size, overhead in points)
    last = points[-1][0] if points else -1
    finished = next((at for at, outcome in enumerate(own) if outcome.status not in _FINISHED), len(own))
    past = [(its.status, mine.status) for its, mine in zip(other[last + 1 :], own[last + 1 :], strict=True)]
    return Series(
        work=work,
        finished=finished,
        spent=finished < len(own) and _gave_up(own[finished]),
        outdone=any(its in _FINISHED and mine not in _FINISHED for its, mine in past),
        differs=any(its in _FINISHED and mine in _FINISHED and "returned" in (its, mine) for its, mine in past),
        hidden=points[-1][2] if points and can_hide else 0,
    )


def _gave_up(outcome: CallOutcome) -> bool:
    return outcome.status in ("exhausted", "died", "raised") and lacking_for(outcome) is None


def fit_growth(series: Series) -> Growth | None:
    """Return the slope of work over size on doubly logarithmic paper, over the larger half; None for few points."""
    points = [(math.log(work.size), math.log(work.fuel)) for work in series.work if work.size > 1 and work.fuel]
    points = points[-max(_ENOUGH_POINTS, len(points) // 2 + 1) :]
    if len(points) < _ENOUGH_POINTS or points[0][0] == points[-1][0]:
        return None
    x, y = np.array(points).T
    slope, intercept = np.polyfit(x, y, 1)
    residual = y - (slope * x + intercept)
    spread = float(((x - x.mean()) ** 2).sum())
    error = math.sqrt(float((residual**2).sum()) / (len(x) - 2) / spread)
    return Growth(exponent=round(float(slope), 3), error=round(error, 3))
