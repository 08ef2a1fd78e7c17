"""Candidates in guests: what calls share, what their fuel is, and what one that ends badly leaves to the others."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from codefavor.errors import SandboxError
from codefavor.sandbox.inside.values import Kept
from codefavor.sandbox.job import Job, JobResult, SandboxCall
from codefavor.sandbox.lacking import lacking
from codefavor.sandbox.wasm.runtimes import Runtimes
from codefavor.sandbox.wasm.wasm_engine import WasmEngine
from codefavor.sandbox.wire import ProcessLimits

COUNTER = "n = 0\ndef f():\n    global n\n    n += 1\n    return n"
ADDING = Job(
    "def f(n):\n    return sum(sorted({i * i % 7 for i in range(n)}))",
    tuple(SandboxCall(f"f({n})") for n in (10, 1000, 5000)),
    measured=True,
)
FUEL_OF_ADDING = """
import json, sys
from codefavor.sandbox.job import Job, SandboxCall
from codefavor.sandbox.open_engine import open_engine

calls = tuple(SandboxCall(f"f({n})") for n in (10, 1000, 5000))
with open_engine("wasm", 1) as engine:
    result = engine.run_one(Job(sys.argv[1], calls, measured=True))
print(json.dumps([outcome.fuel for outcome in result.outcomes]))
"""
INTERRUPTED = """
from codefavor.sandbox.job import Job, SandboxCall
from codefavor.sandbox.open_engine import open_engine
from codefavor.sandbox.wire import ProcessLimits

endless = (SandboxCall("f()", budget=1 << 62),) * 3
jobs = [Job("def f():\\n    while True: pass", endless, measured=True, limits=ProcessLimits(guest_seconds=10_000))] * 4
with open_engine("wasm", 2) as engine:
    engine.run_one(Job("x = 1"))
    print("ready", flush=True)
    try:
        engine.run(jobs)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""


def call_all(wasm: WasmEngine, code: str, *sources: str, measured: bool = False) -> JobResult:
    return wasm.run_one(Job(code, tuple(SandboxCall(source) for source in sources), measured=measured))


def values(result: JobResult) -> list[object]:
    return [outcome.value for outcome in result.outcomes]


def statuses(result: JobResult) -> list[str]:
    return [outcome.status for outcome in result.outcomes]


def test_values_come_back_as_data(wasm: WasmEngine) -> None:
    code = "from collections import Counter, namedtuple\nP = namedtuple('P', 'x y')\nx = [1]\n"
    sources = {
        "{1: [(2.5, None), {'a', 'b'}], 'é': b'\\x00'}": {1: [(2.5, None), {"a", "b"}], "é": b"\x00"},
        "10 ** 5000": 10**5000,
        "Counter('aab')": Kept("Counter", {"a": 2, "b": 1}),
        "P(1, 2)": Kept("P", (1, 2)),
        "y = 3\nx + [y]": [1, 3],
        "float('inf')": float("inf"),
    }
    assert values(call_all(wasm, code, *sources)) == list(sources.values())


def test_results_keep_the_order_of_the_jobs(wasm: WasmEngine) -> None:
    jobs = [Job(f"def f(): return {n}", (SandboxCall("f()"),)) for n in range(20)]
    assert [result.outcomes[0].value for result in wasm.run(jobs)] == list(range(20))


def test_calls_share_a_guest_unless_they_are_measured(wasm: WasmEngine) -> None:
    assert values(call_all(wasm, COUNTER, "f()", "f()", "f()")) == [1, 2, 3]
    assert values(call_all(wasm, COUNTER, "f()", "f()", "f()", measured=True)) == [1, 1, 1]


def test_changed_arguments_are_seen_unless_calls_are_measured(wasm: WasmEngine) -> None:
    code = "def f(x):\n    x.append(1)\ndef g(x):\n    return len(x)"
    assert [outcome.mutated for outcome in call_all(wasm, code, "f([])", "g([])").outcomes] == [True, False]
    assert call_all(wasm, code, "f([])", measured=True).outcomes[0].mutated is None


def test_a_call_that_spends_its_fuel_ends_alone(wasm: WasmEngine) -> None:
    code = "def f(n):\n    while n: pass\n    return n"
    calls = (SandboxCall("f(0)"), SandboxCall("f(1)", budget=10_000_000), SandboxCall("f(0)"))
    result = wasm.run_one(Job(code, calls))
    assert statuses(result) == ["returned", "exhausted", "returned"]
    assert result.outcomes[1].fuel == 10_000_000
    measured = wasm.run_one(Job(code, calls, measured=True))
    assert statuses(measured) == ["returned", "exhausted", "returned"]
    assert result.fuel is not None and measured.fuel is not None and measured.fuel > 10_000_000


@pytest.mark.parametrize("measured", [False, True])
@pytest.mark.parametrize(("bad", "status"), [("while True: pass", "exhausted"), ("import os; os._exit(3)", "died")])
def test_growing_calls_stop_after_one_that_ended_badly(wasm: WasmEngine, bad: str, status: str, measured: bool) -> None:
    code = f"def f(n):\n    if n:\n        {bad}\n    return n"
    job = Job(code, tuple(SandboxCall(f"f({n})") for n in (0, 1, 0)), measured=measured)
    assert statuses(wasm.run_one(job)) == ["returned", status, "returned"]
    assert statuses(wasm.run_one(replace(job, growing=True))) == ["returned", status, "not run"]


def test_code_that_does_not_load_says_why(wasm: WasmEngine) -> None:
    result = call_all(wasm, "x = 1\nimport nothing_like_it", "1")
    assert result.loading.raised is not None
    assert (result.loading.raised.type_name, result.loading.raised.line) == ("ModuleNotFoundError", 2)
    assert statuses(result) == ["not run"]
    assert call_all(wasm, "def f(:", "1").loading.status == "raised"


@pytest.mark.parametrize(("code", "status"), [("while True: pass", "exhausted"), ("import os\nos._exit(0)", "died")])
def test_loading_may_spend_its_fuel_or_end_its_guest(wasm: WasmEngine, code: str, status: str) -> None:
    result = wasm.run_one(Job(code, (SandboxCall("1"),), budget=50_000_000))
    assert (result.loading.status, statuses(result)) == (status, ["not run"])


def test_a_program_returns_or_says_what_it_raised(wasm: WasmEngine) -> None:
    job = Job("print(int(input()) + 1)", program=True, stdin="6\n")
    fine, broken, endless = wasm.run([job, replace(job, stdin="x"), replace(job, code="while 1: pass", budget=10**7)])
    assert (fine.ended, fine.stdout, fine.loading.status, fine.loading.raised) == ("finished", "7\n", "returned", None)
    assert (broken.ended, broken.status, broken.loading.status) == ("exited", 1, "raised")
    assert broken.loading.raised is not None and broken.loading.raised.type_name == "ValueError"
    assert (endless.ended, endless.loading.status, endless.fuel) == ("fuel", "exhausted", 10**7)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("def g[T](x: T) -> T: return x\ntype N = int\nclass B[T]: pass\ndef f(): return g(3)", 3),
        ("def f():\n    x = {'a': 1}\n    return f'{x['a']} {f'{'in'}'}'", "1 in"),
        (
            "import asyncio\nasync def wait(n):\n    await asyncio.sleep(n)\n    return n\n"
            "async def both(): return await asyncio.gather(wait(1), wait(100_000))\n"
            "def f(): return asyncio.run(both())",
            [1, 100_000],
        ),
        (
            "import os, tempfile\ndef f():\n    with tempfile.TemporaryDirectory() as folder:\n"
            "        with open(os.path.join(folder, 'x'), 'w') as file: file.write('text')\n"
            "        return os.listdir(folder), open(file.name).read()",
            (["x"], "text"),
        ),
        (
            "import time\ndef f():\n    before = time.time()\n    time.sleep(1000)\n"
            "    return time.time() - before > 999",
            True,
        ),
        ("import numpy as np\ndef f(): return int(np.arange(10).sum())", 45),
    ],
    ids=["PEP 695", "PEP 701", "asyncio", "tempfile", "sleep", "numpy"],
)
def test_what_a_guest_can_do(wasm: WasmEngine, code: str, value: object) -> None:
    result = wasm.run_one(Job(code, (SandboxCall("f()", budget=10**10),)))
    assert result.loading.status == "returned" and result.outcomes[0].raised is None
    assert values(result) == [value]


def test_a_spent_stack_ends_one_call_and_is_the_guests_lack(wasm: WasmEngine) -> None:
    code = "def f(n):\n    nested = ()\n    for _ in range(n): nested = (nested,)\n    del nested\n    return n"
    result = wasm.run_one(Job(code, tuple(SandboxCall(f"f({n})", budget=10**11) for n in (10, 10**6, 10))))
    assert statuses(result) == ["returned", "died", "returned"]
    assert result.outcomes[1].ended == "stack"
    assert lacking(result) == "a deeper stack"


def test_memory_past_the_limit_is_an_exception(wasm: WasmEngine) -> None:
    code = "def f(n):\n    return len([bytearray(10**6) for _ in range(n)])"
    job = Job(code, tuple(SandboxCall(f"f({n})", budget=10**10) for n in (5, 500, 5)))
    result = wasm.run_one(replace(job, limits=ProcessLimits(memory=200 << 20)))
    assert statuses(result) == ["returned", "raised", "returned"]
    assert str(result.outcomes[1].raised) == "MemoryError"
    assert result.memory is not None and result.memory <= 200 << 20


def test_a_candidate_cannot_lower_its_fuel(wasm: WasmEngine) -> None:
    """Neither by asking for more itself, nor by writing a report before it works."""
    work = "    return sum(range(20_000))"
    report = b'{"call": 0, "ended": "returned", "value": ["int", "0x1"]}\n'
    honest, asking, writing = (
        call_all(wasm, f"import os\ndef f():\n{cheat}\n{work}", "f()", measured=True).outcomes[0]
        for cheat in ("    pass", "    os.read(4, 100)", f"    os.write(5, {report!r})")
    )
    assert honest.fuel is not None and asking.fuel is not None and writing.fuel is not None
    assert writing.value == honest.value, "a line without the token is no report"
    assert min(asking.fuel, writing.fuel) > honest.fuel


@pytest.mark.parametrize(
    "line", ['{"layers": {}}', '{"call": 0, "fuel": 5, "value": 1}', "[" * 50_000, '{"call": "x"}']
)
def test_lines_that_a_candidate_forges_stop_nobody(wasm: WasmEngine, line: str) -> None:
    code = f"import os\ndef f():\n    os.write(5, {line.encode()!r} + b'\\n')\n    os._exit(0)"
    forged = call_all(wasm, code, "f()", "2 + 2")
    assert forged.outcomes[0].fuel != 5
    assert forged.outcomes[1].value == 4


def test_fuel_is_equal_in_every_run_process_and_under_load(wasm: WasmEngine, runtimes: Runtimes) -> None:
    alone = [outcome.fuel for outcome in wasm.run_one(ADDING).outcomes]
    busy = Job("def f():\n    while True: pass", (SandboxCall("f()", budget=2 * 10**9),))
    with WasmEngine(runtimes, workers=4) as other:
        loaded = [result for result in other.run([busy, ADDING, busy, busy, ADDING]) if len(result.outcomes) == 3]
    command = [sys.executable, "-c", FUEL_OF_ADDING, ADDING.code]
    done = [subprocess.run(command, check=True, capture_output=True, text=True).stdout for _ in range(2)]
    assert len(loaded) == 2 and None not in alone
    assert [[outcome.fuel for outcome in result.outcomes] for result in loaded] == [alone, alone]
    assert [json.loads(text) for text in done] == [alone, alone]


def test_more_work_is_more_fuel(wasm: WasmEngine) -> None:
    code = "def f(n):\n    for i in range(n): pass"
    none, some, twice = (
        outcome.fuel or 0 for outcome in call_all(wasm, code, "f(0)", "f(10000)", "f(20000)", measured=True).outcomes
    )
    assert 1.9 < (twice - none) / (some - none) < 2.1


def test_many_threads_may_run_jobs_at_once(wasm: WasmEngine) -> None:
    def run(number: int) -> list[object]:
        jobs = [Job(f"def f(n): return n * {number}", tuple(SandboxCall(f"f({n})") for n in range(3)))] * 2
        return [values(result) for result in wasm.run(jobs)]

    with ThreadPoolExecutor(10) as threads:
        assert list(threads.map(run, range(10))) == [[[0, n, 2 * n]] * 2 for n in range(10)]


def test_a_language_without_a_guest_is_refused(wasm: WasmEngine) -> None:
    with pytest.raises(SandboxError, match="no guest runs go"):
        wasm.run_one(Job("package main", language="go"))


@pytest.mark.skipif(os.name != "posix", reason="Windows sends Ctrl-C to consoles, not to processes")
def test_ctrl_c_ends_calls_that_would_not_end() -> None:
    """Their clock runs for hours, so that nothing else ends them."""
    command = [sys.executable, "-c", INTERRUPTED]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        time.sleep(0.5)
        program.send_signal(signal.SIGINT)
        try:
            output, _ = program.communicate(timeout=60)
        finally:
            program.kill()
    assert (output, program.returncode) == ("interrupted\n", 0)
    with pytest.raises(ProcessLookupError):
        os.killpg(program.pid, 0)
