"""Efficiency from counted work: samples that pass the tests, sorted by it, taken at a step (paper, 3.1 and A.3).

The paper sorts by CPU instructions and takes every third; neighbours may then lie close. Here the next sample taken is
the first that needs at least `step` times the work of the one before, so that every pair differs clearly. Work is what
evidence measures, WebAssembly instructions: no result depends on the speed of the machine.
"""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from codefavor.bench.build.curated import Dropped, make_pair
from codefavor.bench.build.problems import Problem
from codefavor.bench.build.samples import Sample
from codefavor.bench.build.testing import MAX_CASES, answer, run_tests
from codefavor.evidence.behaviour import seeds_of
from codefavor.evidence.candidate import ParsedCandidate
from codefavor.evidence.cost import BUDGET as GROWN_BUDGET
from codefavor.evidence.cost import growing_inputs, measure_overhead
from codefavor.evidence.entry_point import find_entry_point
from codefavor.evidence.python_dialect import PYTHON
from codefavor.evidence.relations import Arguments
from codefavor.evidence.scaling import size_of, ways_to_grow
from codefavor.evidence.worked_examples import find_examples
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.pair import PreferencePair
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.job import CallOutcome, Job, JobResult, SandboxCall

STEP = 1.6
"""How many times the work of the one before."""
MAX_PAIRS = 3
"""Pairs of one problem: the released benchmark has 352 of 118 problems."""
BUDGET = 2_000_000_000
"""Fuel of a call that the problem names, or of a program; after one that takes more, larger inputs are not tried.

Inputs that are grown stop where those of evidence do.
"""
MIN_WORK = 200_000
"""Work that the dearest sample needs at the least: below it, calling a function outweighs what it does."""
_FINISHED = ("returned", "too large")
_COMPILING = "import sys\ncompile(sys.stdin.read(), '', 'exec')"


class CountedSample(NamedTuple):
    """A sample with its work."""

    sample: Sample
    """The sample."""
    work: int
    """WebAssembly instructions on the input that all were measured on."""


def curate_efficiency(
    engine: Engine, problem: Problem, samples: Sequence[Sample], source: str, step: float = STEP
) -> list[PreferencePair] | Dropped:
    """Return the pairs of neighbours among the samples taken, at most `MAX_PAIRS`."""
    codes = [*samples, *(Sample(problem=problem.id, code=code) for code in problem.solutions)]
    outcomes = run_tests(engine, problem, [sample.code for sample in codes])
    passing = [sample for sample, outcome in zip(codes, outcomes, strict=True) if outcome == "passed"]
    if len(passing) < 2:
        return Dropped(problem=problem.id, reason="fewer than two passing samples")
    counted = count_work(engine, problem, passing)
    if isinstance(counted, Dropped):
        return counted
    taken = take_at_step(counted, step)
    if len(taken) < 2:
        return Dropped(problem=problem.id, reason="no two samples differ clearly")
    pairs = zip(taken, taken[1:], strict=False)
    return [
        make_pair(Aspect.EFFICIENCY, problem, source, less.sample, more.sample, _words(less, more))
        for less, more in pairs
    ][:MAX_PAIRS]


def count_work(engine: Engine, problem: Problem, samples: Sequence[Sample]) -> list[CountedSample] | Dropped:
    """Return the samples whose work is known, with their work on the largest input that all of these finish.

    A sample is left out where it does not finish the smallest input.
    """
    work = _of_programs(engine, problem, samples) if problem.cases else _of_functions(engine, problem, samples)
    if not any(work):
        return Dropped(problem=problem.id, reason="no inputs to count work on")
    runs = [(sample, own) for sample, own in zip(samples, work, strict=True) if own[0] is not None]
    if len(runs) < 2:
        return Dropped(problem=problem.id, reason="the work of fewer than two samples can be counted")
    for place in reversed(range(len(runs[0][1]))):
        known = [own[place] for _, own in runs]
        counts = [count for count in known if count is not None]
        if len(counts) == len(runs) and max(counts) >= MIN_WORK:
            return [CountedSample(sample, count) for (sample, _), count in zip(runs, counts, strict=True)]
    return Dropped(problem=problem.id, reason=f"no input takes {MIN_WORK:,} instructions")


def _of_functions(engine: Engine, problem: Problem, samples: Sequence[Sample]) -> list[list[int | None]]:
    """Return for every sample its work on every call; None where it did not finish."""
    calls = _calls(problem, samples[0].code)
    jobs = [Job(answer(problem, sample.code), tuple(calls), measured=True, growing=True) for sample in samples]
    results = [result.outcomes for result in engine.run(jobs)]
    values = [
        next((own[at].value for own in results if own[at].status == "returned"), None) for at in range(len(calls))
    ]
    overheads = measure_overhead(engine, list(zip(calls, values, strict=True)))
    return [[_less(outcome, over) for outcome, over in zip(own, overheads, strict=True)] for own in results]


def _less(outcome: CallOutcome, overhead: int) -> int | None:
    finished = outcome.status in _FINISHED and outcome.fuel is not None
    return max(1, outcome.fuel - overhead) if finished and outcome.fuel is not None else None


def _of_programs(engine: Engine, problem: Problem, samples: Sequence[Sample]) -> list[list[int | None]]:
    """Return for every sample the work of running it on every standard input, without that of compiling it."""
    codes = [answer(problem, sample.code) for sample in samples]
    starting, reading, *compiling = engine.run(
        [Job("", program=True), *(Job(_COMPILING, program=True, stdin=code) for code in ("", *codes))]
    )
    work: list[list[int | None]] = []
    for code, compiled in zip(codes, compiling, strict=True):
        jobs = [Job(code, program=True, stdin=stdin, budget=BUDGET) for stdin in _standard_inputs(problem)]
        results = engine.run(jobs)
        work.append([_program_work(result, compiled, reading, starting) for result in results])
    return work


def _program_work(result: JobResult, compiled: JobResult, reading: JobResult, starting: JobResult) -> int | None:
    """Return the fuel of a run less that of starting an empty program, and less that of compiling this one."""
    if result.ended != "finished" or None in (fuels := [result.fuel, compiled.fuel, reading.fuel, starting.fuel]):
        return None
    ran, compiled_and_read, read, started = (fuel or 0 for fuel in fuels)
    return max(1, ran - started - (compiled_and_read - read))


def _calls(problem: Problem, code: str) -> list[SandboxCall]:
    """Return calls from the smallest: those of the problem, or inputs grown from its tests."""
    if problem.work:
        return [SandboxCall(source, BUDGET) for source in problem.work]
    tests = "\n".join(problem.tests)
    candidate = ParsedCandidate(code)
    entry_point = find_entry_point(f"{problem.instruction}\n{tests}", candidate, candidate)
    if entry_point is None:
        return []
    seeds = seeds_of(find_examples(f"{problem.instruction}\n{tests}", entry_point), entry_point)
    if not seeds:
        return []
    largest: Arguments = max(seeds, key=lambda arguments: (size_of(arguments), repr(arguments)))
    ways = ways_to_grow(largest)
    grown = [inputs for way in ways for inputs in growing_inputs(seeds, largest, way, Random(0))]
    return [PYTHON.call(entry_point.name, inputs, GROWN_BUDGET) for inputs in sorted(grown, key=size_of)]


def _standard_inputs(problem: Problem) -> list[str]:
    """Return standard inputs of a program from the smallest."""
    inputs = problem.work or [case.stdin for case in problem.cases[:MAX_CASES]]
    return sorted(set(inputs), key=lambda text: (len(text), text))


def take_at_step(counted: Sequence[CountedSample], step: float) -> list[CountedSample]:
    """Return samples from the one of least work, each at least `step` times the work of the one taken before."""
    ordered = sorted(counted, key=lambda counted_sample: (counted_sample.work, counted_sample.sample.code))
    taken = ordered[:1]
    for counted_sample in ordered[1:]:
        if counted_sample.work >= step * taken[-1].work:
            taken.append(counted_sample)
    return taken


def _words(less: CountedSample, more: CountedSample) -> str:
    return f"rejected takes {more.work / less.work:.1f} times the counted work of chosen on the same input."
