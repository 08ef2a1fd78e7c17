"""Runs both candidates on generated inputs: where they differ, and what goes wrong on one side only.

A difference names no winner. What may weigh is an incident: an exception, a result of a type that no example shows,
work without end, or changed arguments, each on an input like the examples' and where the other candidate has none.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from codefavor.evidence.dialect import Dialect
from codefavor.evidence.entry_point import EntryPoint
from codefavor.evidence.example import WorkedExample
from codefavor.evidence.inputs import InputMaker, guess_arguments
from codefavor.evidence.more_fuel import alone_exhausted, with_more_fuel
from codefavor.evidence.observed import observe, shorten
from codefavor.evidence.python_dialect import PYTHON
from codefavor.evidence.relations import Arguments
from codefavor.pairs.evidence import Difference, Incident, IncidentCode
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.inside.values import Kept, Opaque
from codefavor.sandbox.job import CallOutcome, Job, SandboxCall
from codefavor.sandbox.lacking import lacking_for

INPUTS = 40
BUDGET = 50_000_000
"""Fuel of a call: about 300,000 bytecode instructions of CPython."""
_CLEARLY_LESS = 20
"""How many times less work the other must need before work without end is held against a candidate."""
_MAX_DIFFERENCES = 3
_MAX_INCIDENTS = 3


@dataclass(frozen=True)
class Behaviour:
    """What generated inputs showed."""

    inputs: int
    """How many like the examples' were run on both."""
    disagreements: int
    """On how many of those they differ."""
    differences: tuple[Difference, ...]
    """The smallest of them, and of those at the borders."""
    a: tuple[Incident, ...]
    """Incidents of candidate A."""
    b: tuple[Incident, ...]
    """Incidents of candidate B."""


def seeds_of(examples: Sequence[WorkedExample], entry_point: EntryPoint, dialect: Dialect = PYTHON) -> list[Arguments]:
    """Return the arguments of the examples that are plain values, of the commonest arity."""
    seeds = []
    for example in examples:
        try:
            seeds.append([dialect.evaluate(source) for source in example.arguments or ()])
        except ValueError:
            continue
    seeds = [seed for seed in seeds if seed]
    if not seeds:
        return [guess] if (guess := guess_arguments(entry_point)) else []
    arity = max({len(seed) for seed in seeds}, key=[len(seed) for seed in seeds].count)
    return [seed for seed in seeds if len(seed) == arity]


def run_behaviour(
    engine: Engine,
    entry_point: EntryPoint,
    codes: tuple[str, str],
    seeds: Sequence[Arguments],
    example_results: Sequence[Any],
    seed: int,
    dialect: Dialect = PYTHON,
) -> Behaviour:
    """Run both candidates on the same generated inputs.

    Args:
        engine: where they run.
        entry_point: the function to call.
        codes: the candidates, ready to run.
        seeds: arguments of the examples.
        example_results: results that the examples show, whose types are the right ones.
        seed: the seed of the generator.
        dialect: the language of the candidates.
    """
    maker = InputMaker(seeds, random.Random(seed))
    like, edges = maker.like(INPUTS), maker.edges()
    calls = tuple(dialect.call(entry_point.name, arguments, BUDGET) for arguments in [*like, *edges])
    jobs = [Job(code, calls, dialect.language) for code in codes]
    first = [result.outcomes for result in engine.run(jobs)]
    outcomes_a = _told_from_slow(engine, jobs[0], first[0], first[1], len(like))
    outcomes_b = _told_from_slow(engine, jobs[1], first[1], first[0], len(like))
    all_rows = list(zip(calls, outcomes_a, outcomes_b, strict=True))
    by_source = {call.source: (a, b) for call, a, b in all_rows}
    differing = sorted((s for s, (a, b) in by_source.items() if differ(a, b, dialect)), key=lambda s: (len(s), s))
    kinds = {_kind(value) for value in example_results}
    rows = all_rows[: len(like)]
    return Behaviour(
        inputs=len(like),
        disagreements=sum(differ(a, b, dialect) for _, a, b in rows),
        differences=tuple(_difference(s, *by_source[s], dialect) for s in differing[:_MAX_DIFFERENCES]),
        a=_incidents([(call, a, b) for call, a, b in rows], kinds, dialect),
        b=_incidents([(call, b, a) for call, a, b in rows], kinds, dialect),
    )


def _difference(source: str, a: CallOutcome, b: CallOutcome, dialect: Dialect) -> Difference:
    return Difference(call=shorten(source), a=observe(a, dialect.write), b=observe(b, dialect.write))


def _told_from_slow(
    engine: Engine, job: Job, own: Sequence[CallOutcome], other: Sequence[CallOutcome], count: int
) -> Sequence[CallOutcome]:
    """Return the outcomes of a candidate with more fuel for one of the first calls that were too much for it alone.

    It is the one that is least work for the other; what is clearly more work than that is work without end.
    """
    places = alone_exhausted(own[:count], other[:count])
    if not places:
        return own
    place = min(places, key=lambda at: other[at].fuel or 0)
    fuel = _CLEARLY_LESS * (other[place].fuel or 0)
    return with_more_fuel(engine, job, own, place, fuel) if fuel > BUDGET else own


def differ(a: CallOutcome, b: CallOutcome, dialect: Dialect = PYTHON) -> bool:
    """Return whether two outcomes differ, as far as that can be told; what was not run tells nothing."""
    if lacking_for(a) or lacking_for(b):
        return False
    known = {"returned", "raised"}
    if a.status not in known or b.status not in known:
        return a.status != b.status and {a.status, b.status} <= {*known, "exhausted", "died"}
    if a.status != b.status:
        return True
    return not dialect.same(a.value, b.value) if a.status == "returned" else False


def _incidents(
    rows: list[tuple[SandboxCall, CallOutcome, CallOutcome]], kinds: set[str], dialect: Dialect
) -> tuple[Incident, ...]:
    """Return what goes wrong with the first outcome of each row and not with the second; the smallest of each kind."""
    found: dict[IncidentCode, Incident] = {}
    for call, own, other in sorted(rows, key=lambda row: (len(row[0].source), row[0].source)):
        code = _incident(own, other, kinds, dialect)
        if code and code not in found:
            found[code] = Incident(code=code, call=shorten(call.source), got=observe(own, dialect.write))
    return tuple(found.values())[:_MAX_INCIDENTS]


def _incident(own: CallOutcome, other: CallOutcome, kinds: set[str], dialect: Dialect) -> IncidentCode | None:
    if other.status != "returned" or (kinds and _kind(other.value) not in kinds) or lacking_for(own):
        return None
    return _fault(own, other, kinds, dialect)


def _fault(own: CallOutcome, other: CallOutcome, kinds: set[str], dialect: Dialect) -> IncidentCode | None:
    if own.status in ("raised", "died"):
        undefined = own.raised is not None and dialect.undefined_name in own.raised.bases
        return IncidentCode.UNDEFINED_NAME if undefined else IncidentCode.CRASH
    if own.status == "exhausted" and (other.fuel or BUDGET) * _CLEARLY_LESS <= (own.fuel or 0):
        return IncidentCode.ENDLESS
    if own.status == "returned" and kinds and _kind(own.value) not in kinds:
        return IncidentCode.WRONG_TYPE
    if own.mutated and other.mutated is False:
        return IncidentCode.CHANGED_ARGUMENTS
    return None


def _kind(value: Any) -> str:
    """Return the type of a value as far as a caller would notice: whole numbers and floats are numbers alike."""
    if isinstance(value, Opaque):
        return value.type_name
    if isinstance(value, Kept):
        return _kind(value.content)
    if isinstance(value, bool):
        return "bool"
    return "number" if isinstance(value, int | float | complex) else type(value).__name__
