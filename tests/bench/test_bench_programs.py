import io
import sys
from contextlib import redirect_stdout

import pytest

from codefavor.bench.build.curated import Dropped
from codefavor.bench.build.efficiency import count_work, curate_efficiency
from codefavor.bench.build.problems import Problem, ProgramTest
from codefavor.bench.build.programs import call_on, program_as_function
from codefavor.bench.build.samples import Sample
from codefavor.sandbox.open_engine import open_engine

PLAIN = "n = int(input())\nprint(sum(range(1, n + 1)))"
BY_STEPS = """
from __future__ import annotations
import sys
from math import *

total: int = 0
memo = {}

class Adder:
    count: int = 0

    def add(self, number):
        global total
        total += floor(number)
        Adder.count += 1

def main():
    n = int(sys.stdin.readline())
    adder = Adder()
    [adder.add(number) for number in range(1, n + 1)]
    print(total if adder.count == n else "wrong")
    sys.exit(0)

if __name__ == "__main__":
    main()
    print("after the end")
"""
BY_DESCRIPTOR = "n = int(open(0).read())\nprint(n * (n + 1) // 2)"
BY_DESCRIPTOR_OR_NOTHING = "import os\nn = int(os.read(0, 100) or 0)\nprint(n * (n + 1) // 2)"
IN_A_THREAD = (
    f"import threading\nthread = threading.Thread(target=exec, args=({PLAIN!r},))\nthread.start()\nthread.join()"
)


def problem(*numbers: int) -> Problem:
    cases = tuple(ProgramTest(stdin=f"{number}\n", stdout=f"{number * (number + 1) // 2}\n") for number in numbers)
    return Problem(id="p", instruction="Add up.", cases=cases)


def sample(code: str) -> Sample:
    return Sample(problem="p", code=code)


@pytest.mark.parametrize("code", [PLAIN, BY_STEPS])
def test_a_program_called_as_a_function_prints_the_same(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = program_as_function(code)
    assert source is not None
    monkeypatch.setattr(sys, "stdin", sys.stdin)
    names: dict[str, object] = {"__name__": "candidate"}
    exec(source, names)
    for number in (3, 10):
        with redirect_stdout(io.StringIO()) as printed:
            exec(call_on(f"{number}\n"), names)
        assert printed.getvalue() == f"{number * (number + 1) // 2}\n"


def test_what_cannot_stand_in_a_function_is_none() -> None:
    assert program_as_function("print(") is None
    assert program_as_function("if 1:\n    from math import *\nprint(pi)") is None


def test_efficiency_of_programs_is_counted() -> None:
    codes = (BY_STEPS, BY_DESCRIPTOR, PLAIN, BY_DESCRIPTOR_OR_NOTHING, IN_A_THREAD)
    samples = [sample(code) for code in codes]
    with open_engine() as engine:
        counted = [count_work(engine, problem(3, 1000), samples) for _ in range(2)]
        made = curate_efficiency(engine, problem(3, 1000), samples, "own")
        alone = count_work(engine, problem(3, 1000), [sample(PLAIN), sample(BY_DESCRIPTOR_OR_NOTHING)])
    assert not isinstance(counted[0], Dropped) and not isinstance(made, Dropped)
    assert counted[0] == counted[1]
    # What reads the descriptor, or works in another thread, is not counted.
    assert {each.sample.code for each in counted[0]} == {BY_STEPS, PLAIN}
    assert [(pair.chosen, pair.rejected) for pair in made] == [(PLAIN, BY_STEPS)]
    assert alone == Dropped(problem="p", reason="the work of fewer than two samples can be counted")
