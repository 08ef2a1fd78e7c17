"""One instance: what it is asked, what it reports, and every way in which it can end."""

import json

import pytest

from codefavor.sandbox.wasm.conversation import FueledRequest
from codefavor.sandbox.wasm.instance import InstanceRun, run_instance
from codefavor.sandbox.wasm.runtime import Runtime
from codefavor.sandbox.wasm.ticks import Ticker
from codefavor.sandbox.wire import CallRequest, LoadRequest, ProcessLimits, to_json

FUEL = 10_000_000_000
LIMITS = ProcessLimits()


def run(
    python: Runtime,
    code: str,
    *calls: str,
    program: bool = False,
    fuel: int = FUEL,
    limits: ProcessLimits = LIMITS,
    stdin: str = "",
) -> InstanceRun:
    load = LoadRequest(code, program=program, measured=False)
    requests = [load, *(CallRequest(index, call) for index, call in enumerate(calls))]
    return run_instance(python, [FueledRequest(to_json(request), fuel) for request in requests], limits, stdin)


def test_it_loads_then_calls_and_reports_each(python: Runtime, ticker: Ticker) -> None:
    done = run(python, "def f(n):\n    return n + 1", "f(1)", "f('x')")
    loaded, returned, raised = map(json.loads, done.reports)
    assert (done.ended, done.status, len(done.spent)) == ("finished", 0, 3)
    assert all(0 < spent < 10_000_000 for spent in done.spent)
    assert (loaded["call"], loaded["ended"]) == (-1, "returned")
    assert (returned["call"], returned["value"]) == (0, ["int", "0x2"])
    assert (raised["call"], raised["ended"], raised["raised"]["type_name"]) == (1, "raised", "TypeError")


def test_what_spends_its_fuel_is_charged_all_of_it_and_no_more(python: Runtime, ticker: Ticker) -> None:
    done = run(python, "def f():\n    while True: pass", "f()", "f()", fuel=50_000_000)
    assert (done.ended, len(done.reports)) == ("fuel", 1)
    assert done.spent[1:] == (50_000_000,)


@pytest.mark.parametrize(
    ("program", "ended", "status", "stdout"),
    [
        ("print(sum(map(int, input().split())))", "finished", 0, "6\n"),
        ("import sys\nprint(1)\nprint(2, file=sys.stderr)\nsys.exit(3)", "exited", 3, "1\n2\n"),
        ("import sys\nsys.exit('gone')", "exited", 1, "gone\n"),
        ("raise SystemExit", "finished", 0, ""),
        ("import os\nos._exit(7)", "exited", 7, ""),
        ("import os\nos.write(1, b'x')\nos.abort()", "trap", 0, "x"),
        ("if __name__ == '__main__': print(__name__)", "finished", 0, "__main__\n"),
    ],
)
def test_a_program_ends_in_its_own_way(
    python: Runtime, ticker: Ticker, program: str, ended: str, status: int, stdout: str
) -> None:
    done = run(python, program, program=True, stdin="1 2 3\n")
    assert (done.ended, done.status, done.stdout) == (ended, status, stdout)


def test_a_traceback_shows_the_program_alone_and_is_reported(python: Runtime, ticker: Ticker) -> None:
    done = run(python, "def f():\n    return 1 / 0\nprint('first')\nf()", program=True)
    assert done.stdout.splitlines() == [
        "first",
        "Traceback (most recent call last):",
        '  File "<candidate>", line 4, in <module>',
        '  File "<candidate>", line 2, in f',
        "ZeroDivisionError: division by zero",
    ]
    (report,) = map(json.loads, done.reports)
    assert (report["call"], report["ended"], report["raised"]["line"]) == (-1, "raised", 2)


def test_too_many_reports_are_cut_and_said(python: Runtime, ticker: Ticker) -> None:
    done = run(
        python, "import os\ndef f():\n    return os.write(5, b'x' * 2000)", "f()", limits=ProcessLimits(output=1000)
    )
    assert done.ended == "output" and sum(map(len, done.reports)) <= 1000
    printed = run(python, "print('x' * 2000)", program=True, limits=ProcessLimits(output=1000))
    assert (printed.ended, len(printed.stdout)) == ("finished", 1000)


def test_what_does_not_end_by_the_clock_is_stopped(python: Runtime, ticker: Ticker) -> None:
    done = run(python, "while True: pass", program=True, fuel=1 << 62, limits=ProcessLimits(guest_seconds=1))
    assert done.ended == "wall"


def test_what_does_not_exist_in_there_is_noted(python: Runtime, ticker: Ticker) -> None:
    program = (
        "for args in (('/etc/passwd',), ('/usr/written', 'w')):\n    try: open(*args)\n    except OSError: print('no')"
    )
    done = run(python, program, program=True)
    assert done.stdout == "no\nno\n"
    assert [note.split(" (")[0] for note in done.refused] == ["file /etc/passwd", "file /usr/written"]


def test_its_memory_is_the_most_it_had(python: Runtime, ticker: Ticker) -> None:
    small, large = (run(python, f"x = bytearray({size})\ndel x") for size in (1, 200 << 20))
    assert small.memory < 200 << 20 < large.memory
    assert large.memory <= LIMITS.memory
