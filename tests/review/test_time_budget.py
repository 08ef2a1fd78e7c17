"""A budget passes jobs on to an engine, limits each, and stops when they have taken too much."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import pytest

from codefavor.review.time_budget import BudgetSpent, TimeBudget
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.job import CallOutcome, Job, JobResult


def result(cpu_seconds: float, ended: Literal["finished", "wall", "signal"] = "finished") -> JobResult:
    return JobResult(
        loading=CallOutcome("returned"),
        outcomes=(),
        ended=ended,
        status=0,
        stdout="",
        refused=(),
        cpu_seconds=cpu_seconds,
        unsafe=False,
    )


@dataclass
class RecordingPool:
    """Answers with results that were prepared, and keeps what it was given."""

    results: list[JobResult]
    jobs: list[Job] = field(default_factory=list)

    def run(self, jobs: Sequence[Job]) -> list[JobResult]:
        self.jobs += jobs
        return [self.results.pop(0) for _ in jobs]

    def run_one(self, job: Job) -> JobResult:
        return self.run([job])[0]


def test_every_job_is_passed_on_whole_under_tighter_limits() -> None:
    inner, job = RecordingPool([result(0.1)] * 3), Job(code="x = 1", calls=())
    budget: Engine = TimeBudget(inner)
    assert budget.run([job, job]) == [result(0.1)] * 2
    assert budget.run_one(job) == result(0.1)
    assert [passed.code for passed in inner.jobs] == ["x = 1"] * 3
    assert {(passed.limits.cpu_seconds, passed.limits.wall_seconds) for passed in inner.jobs} == {(1, 3)}
    assert job.limits.cpu_seconds != 1, "the caller's job is as it was"


def test_what_is_spent_is_counted_over_all_jobs() -> None:
    inner, job = RecordingPool([result(0.6)] * 3), Job(code="", calls=())
    budget = TimeBudget(inner, seconds=1.0)
    budget.run_one(job)
    budget.run_one(job)
    with pytest.raises(BudgetSpent):
        budget.run_one(job)
    assert len(inner.jobs) == 2, "nothing is run once it is spent"


@pytest.mark.parametrize("stopped", [result(0.0, "wall"), result(0.95, "signal")])
def test_a_job_that_its_limits_stopped_spends_it(stopped: JobResult) -> None:
    with pytest.raises(BudgetSpent):
        TimeBudget(RecordingPool([stopped])).run_one(Job(code="", calls=()))
    assert TimeBudget(RecordingPool([result(0.1, "signal")])).run_one(Job(code="", calls=())).ended == "signal"
