"""Efficiency from counted work: samples that pass the tests, sorted by it, taken at a step (paper, 3.1 and A.3).

The paper sorts by CPU instructions and takes every third; neighbours may then lie close. Here the next sample taken is
the first that needs at least `step` times the work of the one before, so that every pair differs clearly. Work is what
evidence counts, bytecode instructions and what C functions cost: no result depends on the speed of the machine.
"""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from codefavor.bench.build.curated import Dropped, make_pair
from codefavor.bench.build.problems import Problem
from codefavor.bench.build.programs import call_on, program_as_function
from codefavor.bench.build.samples import Sample
from codefavor.bench.build.testing import FIRST_ENDLESS, MAX_CASES, answer, run_tests
from codefavor.evidence.behaviour import call_source, seeds_of
from codefavor.evidence.candidate import ParsedCandidate
from codefavor.evidence.cost import BUDGET as GROWN_BUDGET
from codefavor.evidence.cost import growing_inputs
from codefavor.evidence.entry_point import find_entry_point
from codefavor.evidence.relations import Arguments
from codefavor.evidence.scaling import size_of, ways_to_grow
from codefavor.evidence.work_comparison import CLEAR_ALONE
from codefavor.evidence.worked_examples import find_examples
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.pair import PreferencePair
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.job import CallOutcome, Job, JobResult, SandboxCall
from codefavor.sandbox.wire import MAX_TEXT, ProcessLimits

STEP = CLEAR_ALONE
"""How many times the work of the one before: what evidence takes for a clear difference of counted work."""
MAX_PAIRS = 3
"""Pairs of one problem: the released benchmark has 352 of 118 problems."""
BUDGET = 2_000_000
"""Instructions of a call that the problem names, or of a program, and as many again for C functions.

After a call that takes more, larger inputs are not tried. Inputs that are grown stop where those of evidence do.
"""
MIN_WORK = 1_000
"""Counted work that the dearest sample needs at the least: below it, calling a function outweighs what it does."""
_LIMITS = ProcessLimits(cpu_seconds=120, wall_seconds=600)
"""For work that counts do not see and that has no end; whatever the counts allow takes far less on any machine."""
_UNCOUNTED = ("threading", "_thread", "concurrent.futures", "multiprocessing")
"""What code names that works in other threads, whose instructions are not counted."""
_FINISHED = ("returned", "too large")


class CountedSample(NamedTuple):
    """A sample with its work."""

    sample: Sample
    """The sample."""
    work: int
    """Bytecode instructions and what C functions cost, on the input that all were counted on."""


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

    A sample is left out where it does not finish the smallest input, gives much work to a function without a price, or
    starts threads; a program, where it cannot be called as a function that prints the same.
    """
    budget = BUDGET if problem.work or problem.cases else GROWN_BUDGET
    calls = tuple(SandboxCall(source, budget, meter=True) for source in _calls(problem, samples[0].code))
    if not calls:
        return Dropped(problem=problem.id, reason="no inputs to count work on")
    prepared = [(sample, code) for sample in samples if (code := _callable_code(problem, sample)) is not None]
    jobs = [Job(code, calls, stop_after=FIRST_ENDLESS, limits=_LIMITS) for _, code in prepared]
    runs = [
        (sample, result.outcomes)
        for (sample, _), result in zip(prepared, engine.run(jobs), strict=True)
        if _is_known(result)
    ]
    if problem.cases:
        runs = [(sample, outcomes) for sample, outcomes in runs if _prints_the_same(engine, problem, sample, outcomes)]
    if len(runs) < 2:
        return Dropped(problem=problem.id, reason="the work of fewer than two samples can be counted")
    for place in reversed(range(len(calls))):
        counts = [_work(outcomes[place]) for _, outcomes in runs]
        known = [work for work in counts if work is not None]
        if len(known) == len(runs) and max(known) >= MIN_WORK:
            return [CountedSample(sample, work) for (sample, _), work in zip(runs, known, strict=True)]
    return Dropped(problem=problem.id, reason=f"no input takes {MIN_WORK:,} instructions")


def _callable_code(problem: Problem, sample: Sample) -> str | None:
    """Return the code that calls are made of; None where counting would not see all that it does."""
    code = answer(problem, sample.code)
    if any(name in code for name in _UNCOUNTED):
        return None
    return program_as_function(code) if problem.cases else code


def _prints_the_same(engine: Engine, problem: Problem, sample: Sample, outcomes: Sequence[CallOutcome]) -> bool:
    """Return whether a program, called as a function, prints what it does by itself, on every input it finishes."""
    finished = [
        (stdin, outcome.stdout)
        for stdin, outcome in zip(_standard_inputs(problem), outcomes, strict=True)
        if outcome.status in _FINISHED
    ]
    code = answer(problem, sample.code)
    results = engine.run([Job(code, program=True, stdin=stdin, limits=_LIMITS) for stdin, _ in finished])
    return all(result.stdout[:MAX_TEXT] == stdout for result, (_, stdout) in zip(results, finished, strict=True))


def _is_known(result: JobResult) -> bool:
    """Return whether a sample finishes the smallest input, and all that it does on inputs it finishes is counted."""
    finished = [outcome for outcome in result.outcomes if outcome.status in _FINISHED]
    counted = all(outcome.cost is not None and not outcome.unpriced for outcome in finished)
    return result.outcomes[0].status in _FINISHED and counted


def _work(outcome: CallOutcome) -> int | None:
    if outcome.status not in _FINISHED or outcome.opcodes is None or outcome.cost is None:
        return None
    return outcome.opcodes + outcome.cost


def _calls(problem: Problem, code: str) -> list[str]:
    """Return calls from the smallest: those of the problem, or inputs grown from its tests."""
    if problem.cases:
        return [call_on(stdin) for stdin in _standard_inputs(problem)]
    if problem.work:
        return list(problem.work)
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
    return [call_source(entry_point.name, inputs) for inputs in sorted(grown, key=size_of)]


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
