"""Programs are run on their standard inputs, and their work is that of the whole run less that of compiling them."""

import pytest

from codefavor.bench.build.curated import Dropped
from codefavor.bench.build.efficiency import count_work, curate_efficiency
from codefavor.bench.build.problems import Problem, ProgramTest
from codefavor.bench.build.samples import Sample
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.native.probe import best_layers

PLAIN = "n = int(input())\nprint(sum(range(1, n + 1)))"
BY_STEPS = """
from __future__ import annotations
import sys
from math import *

total: int = 0

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
BY_DESCRIPTOR = "n = int(open(0).read())\nprint(sum(range(1, n + 1)))"
IN_A_THREAD = (
    f"import threading\nthread = threading.Thread(target=exec, args=({PLAIN!r},))\nthread.start()\nthread.join()"
)
needs_threads = pytest.mark.skipif(not best_layers()[1].safe, reason="nothing runs threads here")


def problem(*numbers: int) -> Problem:
    cases = tuple(ProgramTest(stdin=f"{number}\n", stdout=f"{number * (number + 1) // 2}\n") for number in numbers)
    return Problem(id="p", instruction="Add up.", cases=cases)


def sample(code: str) -> Sample:
    return Sample(problem="p", code=code)


def test_efficiency_of_programs_is_counted_the_same_every_time(engine: Engine) -> None:
    samples = [sample(code) for code in (BY_STEPS, BY_DESCRIPTOR, PLAIN)]
    first, second = (count_work(engine, problem(3, 5000), samples) for _ in range(2))
    made = curate_efficiency(engine, problem(3, 5000), samples, "own")
    assert not isinstance(first, Dropped) and not isinstance(made, Dropped)
    assert first == second
    work = {each.sample.code: each.work for each in first}
    assert work[BY_STEPS] > 2 * max(work[PLAIN], work[BY_DESCRIPTOR])
    assert [(pair.chosen, pair.rejected) for pair in made] == [(min(work, key=lambda code: work[code]), BY_STEPS)]


def test_long_code_is_no_work(engine: Engine) -> None:
    long = PLAIN + "\nif n < 0:\n" + "\n".join(f"    x{number} = {number}" for number in range(500))
    counted = count_work(engine, problem(50_000), [sample(PLAIN), sample(long)])
    assert not isinstance(counted, Dropped)
    assert counted[0].work == pytest.approx(counted[1].work, rel=0.05)


@needs_threads
def test_a_program_that_needs_what_guests_lack_passes_and_is_not_counted(engine: Engine) -> None:
    counted = count_work(engine, problem(3, 50_000), [sample(PLAIN), sample(BY_STEPS), sample(IN_A_THREAD)])
    assert not isinstance(counted, Dropped)
    assert {each.sample.code for each in counted} == {PLAIN, BY_STEPS}
    assert count_work(engine, problem(3, 50_000), [sample(PLAIN), sample(IN_A_THREAD)]) == Dropped(
        problem="p", reason="the work of fewer than two samples can be counted"
    )


def test_a_program_that_does_not_finish_its_smallest_input_is_not_counted(engine: Engine) -> None:
    codes = (PLAIN, BY_STEPS, "raise SystemExit(1)", "while True: pass")
    counted = count_work(engine, problem(50_000), [sample(code) for code in codes])
    assert not isinstance(counted, Dropped)
    assert {each.sample.code for each in counted} == {PLAIN, BY_STEPS}
