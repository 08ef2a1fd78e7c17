"""Efficiency from measured work: samples that pass the tests, sorted by it, taken at a step (paper, 3.1 and A.3).

The paper sorts by CPU instructions and takes every third; neighbours may then lie close. Here the next sample taken is
the first that needs at least `step` times the processor time of the one before, without fewer bytecode instructions,
so that every pair differs clearly. Processor time is the least of several runs in the sandbox.
"""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from codefavor.bench.build.curated import Dropped, make_pair
from codefavor.bench.build.problems import Problem
from codefavor.bench.build.samples import Sample
from codefavor.bench.build.testing import answer, run_tests
from codefavor.evidence.behaviour import call_source, seeds_of
from codefavor.evidence.candidate import ParsedCandidate
from codefavor.evidence.cost import growing_inputs
from codefavor.evidence.entry_point import find_entry_point
from codefavor.evidence.relations import Arguments
from codefavor.evidence.scaling import size_of, ways_to_grow
from codefavor.evidence.worked_examples import find_examples
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.pair import PreferencePair
from codefavor.sandbox.job import Job, SandboxCall
from codefavor.sandbox.pool import Pool

STEP = 1.6
"""How many times the work of the one before: what evidence takes for a clear difference of processor time."""
MOST = 3
"""Pairs of one problem: the released benchmark has 352 of 118 problems."""
REPEATS = 5
STOP_AFTER = 4_000_000
"""Nanoseconds of a call after which larger inputs are not tried: enough to be measured well."""
COUNTED = 2_000_000
"""Bytecode instructions that are counted; more work than that is only timed."""
_LEAST_NANOSECONDS = 50_000
"""Work below this is too small to be measured well."""
_NOISE = 1.1
_CONFIRMATIONS, _CONFIRMING_REPEATS = 2, 11


class Measured(NamedTuple):
    """A sample with its work."""

    sample: Sample
    """The sample."""
    nanoseconds: int
    """Processor time, the least of several runs."""
    opcodes: int | None
    """Bytecode instructions; None where they were not counted."""


def curate_efficiency(
    pool: Pool, problem: Problem, samples: Sequence[Sample], source: str, step: float = STEP
) -> list[PreferencePair] | Dropped:
    """Return the pairs of neighbours among the samples taken, at most `MOST`."""
    codes = [*samples, *(Sample(problem=problem.id, code=code) for code in problem.solutions)]
    outcomes = run_tests(pool, problem, [sample.code for sample in codes])
    passing = [sample for sample, outcome in zip(codes, outcomes, strict=True) if outcome == "passed"]
    if len(passing) < 2:
        return Dropped(problem=problem.id, reason="fewer than two passing samples")
    measured = measure(pool, problem, passing)
    if len(measured) < 2:
        return Dropped(problem=problem.id, reason="work could not be measured")
    taken = take_at_step(measured, step)
    if len(taken) < 2:
        return Dropped(problem=problem.id, reason="no two samples differ clearly")
    pairs = zip(taken, taken[1:], strict=False)
    return [
        make_pair(Aspect.EFFICIENCY, problem, source, less.sample, more.sample, _words(less, more))
        for less, more in pairs
    ][:MOST]


def measure(pool: Pool, problem: Problem, samples: Sequence[Sample]) -> list[Measured]:
    """Return the samples with their work on the largest input that all of them finish."""
    if problem.cases:
        return _measure_programs(pool, problem, samples)
    codes = [answer(problem, sample.code) for sample in samples]
    calls = tuple(SandboxCall(source, COUNTED, REPEATS) for source in _calls(problem, samples[0].code))
    results = pool.run([Job(code, calls, stop_after=STOP_AFTER) for code in codes])
    for place in reversed(range(len(calls))):
        outcomes = [result.outcomes[place] for result in results]
        times = [outcome.nanoseconds or 0 for outcome in outcomes if outcome.status in ("returned", "too large")]
        if len(times) == len(samples) and min(times) > 0 and max(times) >= _LEAST_NANOSECONDS:
            again = SandboxCall(calls[place].source, budget=0, repeats=_CONFIRMING_REPEATS)
            return [
                Measured(sample, nanoseconds, outcome.opcodes)
                for sample, nanoseconds, outcome in zip(
                    samples, _confirm(pool, codes, again, times), outcomes, strict=True
                )
            ]
    return []


def _confirm(pool: Pool, codes: Sequence[str], call: SandboxCall, times: Sequence[int]) -> list[int]:
    """Return the least times of more rounds, the samples in turn, so that a busy moment cannot hit one alone."""
    least = list(times)
    for _ in range(_CONFIRMATIONS):
        for place, result in enumerate(pool.run([Job(code, (call,)) for code in codes])):
            least[place] = min(least[place], result.outcomes[0].nanoseconds or least[place])
    return least


def _calls(problem: Problem, code: str) -> list[str]:
    """Return calls from the smallest: those of the problem, or inputs grown from its tests."""
    if problem.work:
        return list(problem.work)
    shown = "\n".join(problem.tests)
    candidate = ParsedCandidate(code)
    entry_point = find_entry_point(f"{problem.instruction}\n{shown}", candidate, candidate)
    if entry_point is None:
        return []
    seeds = seeds_of(find_examples(f"{problem.instruction}\n{shown}", entry_point), entry_point)
    if not seeds:
        return []
    largest: Arguments = max(seeds, key=lambda arguments: (size_of(arguments), repr(arguments)))
    ways = ways_to_grow(largest)
    grown = [inputs for way in ways for inputs in growing_inputs(seeds, largest, way, Random(0))]
    return [call_source(entry_point.name, inputs) for inputs in sorted(grown, key=size_of)]


def _measure_programs(pool: Pool, problem: Problem, samples: Sequence[Sample]) -> list[Measured]:
    stdin = problem.work[-1] if problem.work else max((case.typed for case in problem.cases), key=len)
    jobs = [Job(answer(problem, sample.code), program=True, stdin=stdin) for sample in samples]
    rounds = [pool.run(jobs) for _ in range(REPEATS)]
    return [
        Measured(sample, round(1e9 * min(result.cpu_seconds for result in results)), None)
        for sample, results in zip(samples, zip(*rounds, strict=True), strict=True)
        if all(result.ended == "finished" for result in results)
    ]


def take_at_step(measured: Sequence[Measured], step: float) -> list[Measured]:
    """Return samples from the fastest, each at least `step` times the work of the one taken before."""
    ordered = sorted(measured, key=lambda each: (each.nanoseconds, each.sample.code))
    taken = ordered[:1]
    for each in ordered[1:]:
        if each.nanoseconds >= step * taken[-1].nanoseconds and not _fewer_opcodes(each, taken[-1]):
            taken.append(each)
    return taken


def _fewer_opcodes(slower: Measured, faster: Measured) -> bool:
    if slower.opcodes is None or faster.opcodes is None:
        return False
    return slower.opcodes * _NOISE < faster.opcodes


def _words(less: Measured, more: Measured) -> str:
    ratio = more.nanoseconds / less.nanoseconds
    return f"rejected takes {ratio:.1f} times the processor time of chosen on the same input."
