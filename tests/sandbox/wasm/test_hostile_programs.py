"""Hostile programs end within their limits, and leave nothing over."""

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from hostile_templates import CALL_FUEL, LIMITS, hostile_jobs

from codefavor.sandbox.engine import OpenEngine
from codefavor.sandbox.job import Job, JobEnd, OutcomeStatus, SandboxCall
from codefavor.sandbox.open_engine import open_engine

ONE_OF_EACH = hostile_jobs(100)
HARMLESS = Job("def f(x):\n    return x + 1\n", (SandboxCall("f(1)"),))


@pytest.fixture(scope="module")
def engine() -> Iterator[OpenEngine]:
    with open_engine("wasm", 2) as opened:
        yield opened


@pytest.mark.parametrize("number", range(len(ONE_OF_EACH)), ids=lambda n: f"{ONE_OF_EACH[n][0]}-{n}")
def test_a_hostile_program_ends_within_its_limits(engine: OpenEngine, number: int) -> None:
    _, job = ONE_OF_EACH[number]
    hostile, harmless = engine.run([job, HARMLESS])
    assert hostile.ended in get_args(JobEnd) and hostile.ended not in ("wall", "lost")
    assert all(outcome.status in get_args(OutcomeStatus) for outcome in hostile.outcomes)
    assert hostile.fuel is not None and hostile.fuel <= job.budget + CALL_FUEL
    assert hostile.memory is not None and hostile.memory <= LIMITS.memory
    assert len(hostile.stdout) <= 2 * LIMITS.output
    assert harmless.outcomes[0].value == 2


def test_nothing_is_left_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = set(threading.enumerate())
    with open_engine("wasm", 2) as opened:
        opened.run([job for _, job in ONE_OF_EACH[::8]])
    assert set(threading.enumerate()) == before
    assert not list(tmp_path.iterdir())


def test_a_hostile_program_does_the_same_again(engine: OpenEngine) -> None:
    jobs = [job for _, job in ONE_OF_EACH[::8]]
    first, again = engine.run(jobs), engine.run(jobs)
    assert [result.fuel for result in first] == [result.fuel for result in again]
    assert [result.ended for result in first] == [result.ended for result in again]
