"""The engine that chooses: wasm while it can, native for what the guest lacks, and never two engines in one run."""

from collections.abc import Sequence
from typing import Self

import pytest

from codefavor.errors import SandboxError
from codefavor.sandbox.auto_engine import AutoEngine
from codefavor.sandbox.engine import OpenEngine
from codefavor.sandbox.job import CallOutcome, Job, JobResult
from codefavor.sandbox.wire import Raised

NO_MODULE = Raised("ModuleNotFoundError", ("ModuleNotFoundError", "ImportError"), "No module named 'pyflakes'", 1)


class Scripted:
    """Answers each job with its own name; jobs whose code says `lacks` lack a module, `fails` cannot be run."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.runs: list[list[str]] = []
        self.closed = 0

    def run(self, jobs: Sequence[Job]) -> list[JobResult]:
        self.runs.append([job.code for job in jobs])
        if any("fails" in job.code for job in jobs):
            raise SandboxError(f"no {self.name}")
        return [self._result(job) for job in jobs]

    def _result(self, job: Job) -> JobResult:
        fuel = 1 if self.name == "wasm" else None
        lacks = fuel and "lacks" in job.code
        loading = CallOutcome("raised", raised=NO_MODULE, fuel=fuel) if lacks else CallOutcome("returned", fuel=fuel)
        return JobResult(loading, (), "finished", 0, fuel=fuel, engine=self.name)

    def run_one(self, job: Job) -> JobResult:
        return self.run([job])[0]

    def close(self) -> None:
        self.closed += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Opening:
    """Opens an engine, or fails to, and counts how often it is asked."""

    def __init__(self, engine: OpenEngine | None, reason: str = "") -> None:
        self.asked = 0
        self._engine = engine
        self._reason = reason

    def __call__(self) -> OpenEngine:
        self.asked += 1
        if self._engine is None:
            raise SandboxError(self._reason)
        return self._engine


def engines_of(engine: AutoEngine, *codes: str, language: str = "python", measured: bool = False) -> list[str]:
    jobs = [Job(code, language=language, measured=measured) for code in codes]
    return [result.engine for result in engine.run(jobs)]


def test_wasm_runs_what_lacks_nothing_and_native_is_not_even_opened() -> None:
    native = Opening(Scripted("native"))
    with AutoEngine(Opening(Scripted("wasm")), native) as engine:
        assert engines_of(engine, "x", "y") == ["wasm", "wasm"]
        assert engine.run_one(Job("x")).engine == "wasm"
    assert native.asked == 0


def test_jobs_of_one_run_come_from_one_engine() -> None:
    wasm, native = Scripted("wasm"), Scripted("native")
    with AutoEngine(Opening(wasm), Opening(native)) as engine:
        assert engines_of(engine, "x", "lacks", "y") == ["native"] * 3
        assert engines_of(engine, "x") == ["wasm"]
    assert native.runs == [["x", "lacks", "y"]]
    assert (wasm.closed, native.closed) == (1, 1)


def test_work_is_measured_in_wasm_or_not_at_all() -> None:
    native = Scripted("native")
    with AutoEngine(Opening(Scripted("wasm")), Opening(native)) as engine:
        assert engines_of(engine, "lacks", "x", measured=True) == ["wasm", "wasm"]
    assert not native.runs


def test_other_languages_have_no_native_engine() -> None:
    native = Scripted("native")
    with AutoEngine(Opening(Scripted("wasm")), Opening(native)) as engine:
        assert engines_of(engine, "lacks", language="javascript") == ["wasm"]
        with pytest.raises(SandboxError, match="^no wasm$"):
            engines_of(engine, "fails", language="javascript")
        assert engines_of(engine, "x") == ["wasm"], "a guest that cannot be had says nothing of the others"
    assert not native.runs


@pytest.mark.parametrize("code", ["lacks", "x"])
def test_where_there_is_no_native_engine_the_guest_has_the_last_word(code: str) -> None:
    native = Opening(None, "no native")
    with AutoEngine(Opening(Scripted("wasm")), native) as engine:
        assert [engines_of(engine, code, "x") for _ in range(3)] == [["wasm", "wasm"]] * 3
    assert native.asked == (code == "lacks"), "what cannot be had is not tried twice"


def test_where_there_is_no_wasm_all_is_run_natively() -> None:
    wasm = Opening(None, "no wasm")
    with AutoEngine(wasm, Opening(Scripted("native"))) as engine:
        assert engines_of(engine, "x") == engines_of(engine, "y", measured=True) == ["native"]
        with pytest.raises(SandboxError, match="no wasm"):
            engines_of(engine, "x", language="javascript")
    assert wasm.asked == 1


def test_a_guest_that_cannot_be_made_ready_is_not_tried_again() -> None:
    wasm, native = Scripted("wasm"), Scripted("native")
    wasm_alone = AutoEngine(Opening(wasm), Opening(None, "no native"))
    with wasm_alone as engine, pytest.raises(SandboxError):
        engine.run_one(Job("fails"))
    with AutoEngine(Opening(wasm), Opening(native)) as engine:
        with pytest.raises(SandboxError):
            engine.run_one(Job("fails"))
        assert engines_of(engine, "x") == ["native"]
    assert wasm.runs == [["fails"], ["fails"]]


def test_where_neither_can_be_had_one_sentence_says_why() -> None:
    with (
        AutoEngine(Opening(None, "no guest"), Opening(None, "no layers")) as engine,
        pytest.raises(SandboxError) as refused,
    ):
        engine.run_one(Job("x"))
    assert str(refused.value) == "candidates cannot be run here; wasm: no guest; native: no layers"
