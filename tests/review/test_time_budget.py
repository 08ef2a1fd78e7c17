"""A budget passes jobs on to an engine, limits each, and stops when they have taken too much."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import pytest

from codefavor.review.time_budget import BudgetSpent, TimeBudget
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.job import CallOutcome, Job, JobResult, OutcomeStatus


def result(cpu_seconds: float, ended: Literal["finished", "wall", "signal"] = "finished") -> JobResult:
    return JobResult(CallOutcome("returned"), (), ended, 0, cpu_seconds=cpu_seconds)


def fuelled(
    fuel: int, ended: Literal["finished", "wall", "fuel"] = "finished", loading: OutcomeStatus = "returned"
) -> JobResult:
    return JobResult(CallOutcome(loading), (), ended, 0, cpu_seconds=99.0, fuel=fuel)


@dataclass
class RecordingEngine:
    """Answers with results that were prepared, and keeps what it was given."""

    results: list[JobResult]
    jobs: list[Job] = field(default_factory=list)

    def run(self, jobs: Sequence[Job]) -> list[JobResult]:
        self.jobs += jobs
        return [self.results.pop(0) for _ in jobs]

    def run_one(self, job: Job) -> JobResult:
        return self.run([job])[0]


def test_every_job_is_passed_on_whole_under_tighter_limits() -> None:
    inner, job = RecordingEngine([result(0.1)] * 4), Job(code="x = 1", calls=())
    budget: Engine = TimeBudget(inner)
    assert budget.run([job, job]) == [result(0.1)] * 2
    assert budget.run_one(job) == result(0.1)
    assert [passed.code for passed in inner.jobs] == ["x = 1"] * 3
    assert {(passed.limits.cpu_seconds, passed.limits.call_seconds) for passed in inner.jobs} == {(1, 1)}
    assert all(passed.budget < job.budget for passed in inner.jobs)
    assert job == Job(code="x = 1", calls=()), "the caller's job is as it was"
    budget.run_one(replace(job, budget=5))
    assert inner.jobs[-1].budget == 5, "a smaller budget stays"


def test_what_is_spent_is_counted_over_all_jobs() -> None:
    inner, job = RecordingEngine([result(0.6)] * 3), Job(code="", calls=())
    budget = TimeBudget(inner, seconds=1.0)
    budget.run_one(job)
    budget.run_one(job)
    with pytest.raises(BudgetSpent):
        budget.run_one(job)
    assert len(inner.jobs) == 2, "nothing is run once it is spent"


def test_fuel_is_counted_instead_of_time_where_there_is_fuel() -> None:
    budget = TimeBudget(RecordingEngine([fuelled(1), fuelled(10**11), fuelled(1)]), seconds=1.0)
    budget.run_one(Job(""))
    budget.run_one(Job(""))
    with pytest.raises(BudgetSpent):
        budget.run_one(Job(""))


@pytest.mark.parametrize(
    "stopped", [result(0.0, "wall"), result(0.95, "signal"), fuelled(1, "wall"), fuelled(1, "fuel", "exhausted")]
)
def test_a_job_that_its_limits_stopped_spends_it(stopped: JobResult) -> None:
    with pytest.raises(BudgetSpent):
        TimeBudget(RecordingEngine([stopped])).run_one(Job(code="", calls=()))
    assert TimeBudget(RecordingEngine([result(0.1, "signal")])).run_one(Job(code="", calls=())).ended == "signal"
    assert TimeBudget(RecordingEngine([fuelled(1, "fuel")])).run_one(Job("")).ended == "fuel", (
        "a call spent its own fuel"
    )
