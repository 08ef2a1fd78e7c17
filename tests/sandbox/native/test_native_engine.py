"""Candidates as processes of this machine: what comes back, what a call that ends badly leaves, what is refused."""

import os
import platform
from collections.abc import Iterator
from dataclasses import replace

import pytest

from codefavor.errors import SandboxError
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.inside.values import Kept
from codefavor.sandbox.job import Job, SandboxCall
from codefavor.sandbox.native import worker
from codefavor.sandbox.native.native_engine import NativeEngine
from codefavor.sandbox.native.probe import best_layers
from codefavor.sandbox.open_engine import open_engine
from codefavor.sandbox.wire import ProcessLimits

BUBBLEWRAP, LAYERS = best_layers()
if not LAYERS.safe:
    pytest.skip("foreign code cannot be run safely on this machine", allow_module_level=True)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine("native") as opened:
        yield opened


def test_values_come_back_as_data(engine: Engine) -> None:
    code = "from collections import Counter, namedtuple\nP = namedtuple('P', 'x y')\nx = [1]\n"
    sources = {
        "{1: [(2.5, None), {'a', 'b'}], 'é': b'\\x00'}": {1: [(2.5, None), {"a", "b"}], "é": b"\x00"},
        "10 ** 5000": 10**5000,
        "Counter('aab')": Kept("Counter", {"a": 2, "b": 1}),
        "P(1, 2)": Kept("P", (1, 2)),
        "y = 3\nx + [y]": [1, 3],
        "float('inf')": float("inf"),
    }
    result = engine.run_one(Job(code, tuple(SandboxCall(source) for source in sources)))
    assert [outcome.value for outcome in result.outcomes] == list(sources.values())


def test_results_keep_the_order_of_the_jobs(engine: Engine) -> None:
    jobs = [Job(f"def f(): return {n}", (SandboxCall("f()"),)) for n in range(20)]
    assert [result.outcomes[0].value for result in engine.run(jobs)] == list(range(20))


def test_too_much_processor_time_stops_a_call_and_not_the_calls_after_it(engine: Engine) -> None:
    code = "def f(n):\n    while n: pass\n    return n"
    calls = (SandboxCall("f(1)"), SandboxCall("f(0)"))
    result = engine.run_one(Job(code, calls, limits=ProcessLimits(call_seconds=1)))
    assert [outcome.status for outcome in result.outcomes] == ["timed out", "returned"]


def test_growing_calls_stop_after_one_that_ended_badly(engine: Engine) -> None:
    code = "import os\ndef f(n):\n    if n: os._exit(n)\n    return n"
    calls = (SandboxCall("f(0)"), SandboxCall("f(1)"), SandboxCall("f(0)"))
    result = engine.run_one(Job(code, calls, growing=True))
    assert [outcome.status for outcome in result.outcomes] == ["returned", "died", "not run"]


def test_nothing_is_counted_and_the_engine_says_what_it_is(engine: Engine) -> None:
    result = engine.run_one(Job("def f(): return 1", (SandboxCall("f()"),), measured=True))
    assert (result.outcomes[0].value, result.outcomes[0].fuel, result.fuel, result.memory) == (1, None, None, None)
    assert result.engine == f"native, CPython {platform.python_version()}"


def test_a_call_that_kills_its_process_is_named_and_the_rest_goes_on(engine: Engine) -> None:
    code = "import os\ndef f(n):\n    if n: os._exit(n)\n    return n"
    result = engine.run_one(Job(code, (SandboxCall("f(0)"), SandboxCall("f(1)"), SandboxCall("f(0)"))))
    assert [outcome.status for outcome in result.outcomes] == ["returned", "died", "returned"]


def test_code_that_does_not_load_says_why(engine: Engine) -> None:
    result = engine.run_one(Job("x = 1\nimport nothing_like_it", (SandboxCall("1"),)))
    assert result.loading.raised is not None
    assert (result.loading.raised.type_name, result.loading.raised.line) == ("ModuleNotFoundError", 2)
    assert result.outcomes[0].status == "not run"


def test_changed_arguments_are_seen(engine: Engine) -> None:
    code = "def f(x):\n    x.append(1)\n    return [0] * 10**5\ndef g(x):\n    return len(x)"
    changed, kept = engine.run_one(Job(code, (SandboxCall("f([])"), SandboxCall("g([])")))).outcomes
    assert (changed.status, changed.mutated, kept.mutated) == ("too large", True, False)


def test_a_program_reads_its_standard_input(engine: Engine) -> None:
    result = engine.run_one(Job("print(sum(map(int, input().split())))", program=True, stdin="1 2 3\n"))
    assert (result.ended, result.stdout) == ("finished", "6\n")


def test_a_program_that_sleeps_is_stopped_by_the_clock(engine: Engine) -> None:
    program = "import os, time\nfor fd in (1, 2, 3): os.close(fd)\ntime.sleep(60)"
    result = engine.run_one(Job(program, program=True, limits=ProcessLimits(wall_seconds=1)))
    assert result.ended == "wall"


def test_without_its_layers_the_sandbox_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codefavor.sandbox.native.probe.find_bubblewrap", lambda: None)
    monkeypatch.setattr("codefavor.sandbox.native.probe.REQUIRED", ("rlimits", "seccomp"))
    monkeypatch.setattr("codefavor.sandbox.native.worker._SYSTEM", ("/",))
    with pytest.raises(SandboxError, match="reading files"):
        open_engine("native", 1)
    with open_engine("unsafe", 1) as engine:
        assert engine.run_one(Job("print(1)", program=True)).unsafe


def test_elsewhere_than_on_linux_it_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codefavor.sandbox.native.probe.find_bubblewrap", lambda: None)
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(SandboxError, match=r"on darwin: only Linux has the layers.*use the wasm engine") as refused:
        open_engine("native", 1)
    assert "\n" not in str(refused.value)


def test_by_the_users_leave_it_runs_without_what_only_linux_has(monkeypatch: pytest.MonkeyPatch) -> None:
    boot = "import os; del os.pidfd_open, os.memfd_create; "
    monkeypatch.setattr("codefavor.sandbox.native.worker._BOOT", boot + worker._BOOT)
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr("codefavor.sandbox.native.probe.find_bubblewrap", lambda: None)
    endless = Job("import os, time\nfor fd in (1, 2, 3): os.close(fd)\ntime.sleep(60)", program=True)
    with open_engine("unsafe", 1) as engine:
        read, called, died, slept = engine.run(
            [
                Job("print(int(input()) + 1)", program=True, stdin="6\n"),
                Job("def f(x): return x * 2", (SandboxCall("f(4)"),)),
                Job("import os\nos._exit(3)", program=True),
                replace(endless, limits=ProcessLimits(wall_seconds=1)),
            ]
        )
    assert (read.stdout, called.outcomes[0].value, died.status) == ("7\n", 8, 3)
    assert slept.ended == "wall" and called.unsafe


def test_it_leaves_no_process_behind() -> None:
    with NativeEngine(BUBBLEWRAP, workers=1) as engine:
        engine.run_one(Job("x = 1"))
        worker = engine._idle.get()
        assert worker is not None
        engine._idle.put(worker)
    with pytest.raises(ProcessLookupError):
        os.killpg(worker._process.pid, 0)


def test_what_a_candidate_raises_can_be_written_down(engine: Engine) -> None:
    result = engine.run_one(Job("def f(): raise ValueError('\\udfff')", (SandboxCall("f()"),)))
    assert str(result.outcomes[0].raised) == "ValueError: \\udfff"
