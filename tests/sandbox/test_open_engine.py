"""The engine that a user chose, opened for real."""

import sys
from typing import get_args

import pytest

from codefavor.errors import SandboxError
from codefavor.sandbox.engine import EngineChoice
from codefavor.sandbox.job import Job, JobResult, SandboxCall
from codefavor.sandbox.native.probe import best_layers
from codefavor.sandbox.open_engine import open_engine

needs_sandbox = pytest.mark.skipif(not best_layers()[1].safe, reason="foreign code cannot be run natively here")
needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no native engine")
WHERE = Job("import sys\ndef f(): return sys.platform", (SandboxCall("f()"),))
NEEDS = {
    "threads": "from concurrent.futures import ThreadPoolExecutor\ndef f():\n"
    "    with ThreadPoolExecutor(2) as pool: return sum(pool.map(abs, [-1, 2]))",
    "a module": "import pyflakes\ndef f(): return 3",
    "a deeper stack": "def f():\n    nested = ()\n    for _ in range(10**6): nested = (nested,)\n    return 3",
}


def run(choice: EngineChoice, *jobs: Job) -> list[JobResult]:
    with open_engine(choice, 2) as engine:
        return engine.run(jobs)


@pytest.mark.parametrize(
    ("choice", "platform", "unsafe"),
    [
        ("auto", "wasi", False),
        ("wasm", "wasi", False),
        pytest.param("native", "linux", False, marks=needs_sandbox),
        pytest.param("unsafe", sys.platform, True, marks=needs_posix),
    ],
)
def test_each_choice_runs_where_it_says(choice: EngineChoice, platform: str, unsafe: bool) -> None:
    (result,) = run(choice, WHERE)
    assert (result.outcomes[0].value, result.unsafe) == (platform, unsafe)
    assert result.engine.startswith("wasm, " if platform == "wasi" else "native, ")
    assert choice in get_args(EngineChoice)


@needs_sandbox
@pytest.mark.parametrize("need", NEEDS)
def test_auto_runs_both_jobs_natively_where_one_needs_it(need: str) -> None:
    job = Job(NEEDS[need], (SandboxCall("f()", budget=10**11),))
    needing, plain = run("auto", job, WHERE)
    assert (needing.outcomes[0].value, plain.outcomes[0].value) == (3, "linux")
    assert needing.engine == plain.engine


@needs_sandbox
def test_auto_runs_a_program_natively_that_needs_threads() -> None:
    program = (
        "import threading\nthread = threading.Thread(target=lambda: print(input()))\nthread.start()\nthread.join()"
    )
    (result,) = run("auto", Job(program, program=True, stdin="6\n"))
    assert (result.ended, result.stdout, result.fuel) == ("finished", "6\n", None)


@pytest.mark.parametrize("choice", get_args(EngineChoice))
def test_what_is_a_candidates_own_fault_stays_one(choice: EngineChoice) -> None:
    if choice == "native" and not best_layers()[1].safe:
        pytest.skip("foreign code cannot be run natively here")
    (result,) = run(choice, Job("def f(): return [][0]", (SandboxCall("f()"),)))
    assert str(result.outcomes[0].raised) == "IndexError: list index out of range"


def test_auto_refuses_in_one_sentence_where_neither_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codefavor.sandbox.wasm.guest.distribution", _nothing_installed)
    monkeypatch.setattr("codefavor.sandbox.native.probe.find_bubblewrap", lambda: None)
    monkeypatch.setattr("codefavor.sandbox.native.probe._is_linux", lambda: False)
    with open_engine(workers=1) as engine, pytest.raises(SandboxError) as refused:
        engine.run_one(WHERE)
    assert str(refused.value).startswith("candidates cannot be run here; wasm: Python 3.15 for WebAssembly is not")
    assert "; native: candidates cannot be run natively" in str(refused.value) and "\n" not in str(refused.value)


@needs_sandbox
def test_auto_does_without_a_guest_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codefavor.sandbox.wasm.guest.distribution", _nothing_installed)
    (result,) = run("auto", WHERE)
    assert result.outcomes[0].value == "linux"


def _nothing_installed(name: str) -> None:
    from importlib.metadata import PackageNotFoundError

    raise PackageNotFoundError(name)
