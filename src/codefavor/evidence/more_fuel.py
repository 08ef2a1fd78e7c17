"""Runs a call again, with more fuel, that was too much for one candidate alone."""

from collections.abc import Sequence
from dataclasses import replace

from codefavor.sandbox.engine import Engine
from codefavor.sandbox.job import CallOutcome, Job


def alone_exhausted(own: Sequence[CallOutcome], other: Sequence[CallOutcome]) -> list[int]:
    """Return the places of the calls that were too much for one candidate and returned with the other."""
    rows = enumerate(zip(own, other, strict=True))
    return [at for at, (mine, its) in rows if mine.status == "exhausted" and its.status == "returned"]


def with_more_fuel(
    engine: Engine, job: Job, outcomes: Sequence[CallOutcome], place: int, fuel: int
) -> list[CallOutcome]:
    """Return the outcomes of a job with that of one call, run again by itself with so much fuel."""
    call = replace(job.calls[place], budget=fuel)
    (again,) = engine.run_one(replace(job, calls=(call,))).outcomes
    return [*outcomes[:place], again, *outcomes[place + 1 :]]
