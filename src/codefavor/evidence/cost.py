"""Measures the work of both candidates on growing inputs: WebAssembly instructions, counted outside of the guest.

Each candidate runs each input in a guest of its own. Its work is the fuel from the moment at which it is handed the
input, less the fuel of a function that does nothing but return the same result: building the arguments and reading the
result back are no work of the candidate. Inputs on which the results differ are not compared. What follows from the
work is said in `work_comparison`.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from codefavor.evidence.dialect import Dialect
from codefavor.evidence.entry_point import EntryPoint
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
_SEEDS = 2
_ENOUGH_POINTS = 3


@dataclass(frozen=True)
class Series:
    """What growing inputs of one shape cost one candidate."""

    work: tuple[Work, ...]
    """One for every input that both candidates finished with the same result, from the smallest."""
    finished: int
    """How many of the inputs it finished, from the smallest."""
    spent: bool
    """Whether the next larger input was too much work."""


@dataclass(frozen=True)
class CostRun:
    """What all series showed."""

    a: tuple[Series, ...]
    """Of candidate A."""
    b: tuple[Series, ...]
    """Of candidate B, on the same inputs."""


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
    return CostRun(tuple(a for a, _ in runs), tuple(b for _, b in runs))


def growing_inputs(seeds: Sequence[Arguments], seed: Arguments, way: Grow, rng: random.Random) -> list[Arguments]:
    """Return inputs that grow by the factors, as far as they do."""
    inputs = [grow(seeds, seed, way, factor, rng) for factor in FACTORS]
    kept = inputs[:1]
    for arguments in inputs[1:]:
        if size_of(arguments) > size_of(kept[-1]):
            kept.append(arguments)
    return kept


def _run_series(
    engine: Engine, name: str, codes: tuple[str, str], inputs: Sequence[Arguments], dialect: Dialect
) -> tuple[Series, Series]:
    calls = tuple(dialect.call(name, arguments, BUDGET) for arguments in inputs)
    jobs = [Job(code, calls, dialect.language, measured=True, growing=True) for code in codes]
    a, b = (result.outcomes for result in engine.run(jobs))
    agreed = [at for at in range(len(inputs)) if _agree(a[at], b[at], dialect)]
    overheads = measure_overhead(engine, [(calls[at], a[at].value) for at in agreed], dialect)
    sizes = [size_of(inputs[at]) for at in agreed]
    return (
        _series(a, [_work(size, a[at], over) for size, at, over in zip(sizes, agreed, overheads, strict=True)]),
        _series(b, [_work(size, b[at], over) for size, at, over in zip(sizes, agreed, overheads, strict=True)]),
    )


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


def _work(size: int, outcome: CallOutcome, overhead: int) -> Work:
    return Work(size=size, fuel=max(1, (outcome.fuel or 0) - overhead))


def _series(outcomes: Sequence[CallOutcome], work: Sequence[Work]) -> Series:
    for number, outcome in enumerate(outcomes):
        if outcome.status not in ("returned", "too large"):
            gave_up = outcome.status in ("exhausted", "died", "raised") and lacking_for(outcome) is None
            return Series(tuple(work), number, gave_up)
    return Series(tuple(work), len(outcomes), spent=False)


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
