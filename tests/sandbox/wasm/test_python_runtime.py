"""A second Python guest, started as a command, does the same jobs through the same protocol."""

from collections.abc import Iterator

import pytest

from codefavor.sandbox.job import Job, SandboxCall
from codefavor.sandbox.wasm.guests import PYTHON_312
from codefavor.sandbox.wasm.runtimes import Runtimes
from codefavor.sandbox.wasm.wasm_engine import WasmEngine


@pytest.fixture(scope="module")
def command() -> Iterator[WasmEngine]:
    with WasmEngine(Runtimes((PYTHON_312,), lambda text: None), workers=2) as opened:
        yield opened


CALLS = "def f(n):\n    if n == 2:\n        while True: pass\n    if n == 3: raise KeyError(n)\n    return {n: [n]}"
JOBS = [
    Job(CALLS, tuple(SandboxCall(f"f({n})") for n in (1, 2, 3, 4))),
    Job(CALLS, tuple(SandboxCall(f"f({n})") for n in (1, 2, 3, 4)), measured=True, growing=True),
    Job("x = 1\nimport nothing_like_it", (SandboxCall("x"),)),
    Job("print(int(input()) + 1)", program=True, stdin="6\n"),
    Job("import sys\nprint('said', file=sys.stderr)\nsys.exit(3)", program=True),
    Job("def f():\n    return 1 / 0\nf()", program=True),
    Job("import asyncio\nasync def f():\n    await asyncio.sleep(9)\n    return 9", (SandboxCall("asyncio.run(f())"),)),
    Job("import tempfile\ndef f():\n    return tempfile.gettempdir()", (SandboxCall("f()"),)),
    Job("def f(n): return f(n + 1)", (SandboxCall("f(0)"),)),
]


@pytest.mark.parametrize("job", JOBS, ids=range(len(JOBS)))
def test_what_comes_of_a_job_is_the_same_in_both(wasm: WasmEngine, command: WasmEngine, job: Job) -> None:
    one, other = wasm.run_one(job), command.run_one(job)
    assert (one.ended, one.status, one.stdout) == (other.ended, other.status, other.stdout)
    for ours, theirs in zip((one.loading, *one.outcomes), (other.loading, *other.outcomes), strict=True):
        assert (ours.status, ours.value, ours.mutated) == (theirs.status, theirs.value, theirs.mutated)
        assert str(ours.raised) == str(theirs.raised)
        assert (ours.fuel is None) == (theirs.fuel is None)


def test_its_fuel_too_is_equal_in_every_run(command: WasmEngine) -> None:
    job = Job("def f(n): return sum(range(n))", tuple(SandboxCall(f"f({n})") for n in (10, 10_000)), measured=True)
    first, second = ([outcome.fuel for outcome in result.outcomes] for result in command.run([job, job]))
    assert first == second and None not in first


def test_it_says_what_it_is(command: WasmEngine) -> None:
    result = command.run_one(Job("import sys\nprint(sys.version_info[:2])", program=True))
    assert result.stdout == "(3, 12)\n" and result.engine.startswith("wasm, Python 3.12 (")
