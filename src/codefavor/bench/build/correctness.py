"""Correctness from tests: a sample that passes all of them against one that fails (paper, section 3.1 and A.3).

As in the paper, at most two pairs come of a problem. Ours are the samples of nearest length without comments, since in
the released benchmark the shorter code alone is right in two of three pairs; samples that do not load are left out.
"""

from collections.abc import Sequence

from codefavor.bench.build.curated import Dropped, make_pair
from codefavor.bench.build.problems import Problem
from codefavor.bench.build.samples import Sample
from codefavor.bench.build.testing import run_tests
from codefavor.languages.python.strip import strip_comments
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.pair import PreferencePair
from codefavor.sandbox.engine import Engine

MAX_PAIRS = 2
"""Pairs of one problem."""


def curate_correctness(
    engine: Engine, problem: Problem, samples: Sequence[Sample], source: str
) -> list[PreferencePair] | Dropped:
    """Return at most `MAX_PAIRS` pairs of a problem, no sample twice on the same side."""
    if not problem.tests and not problem.cases:
        return Dropped(problem=problem.id, reason="no tests")
    codes = [*samples, *(Sample(problem=problem.id, code=code) for code in problem.solutions)]
    outcomes = run_tests(engine, problem, [sample.code for sample in codes])
    passing = [sample for sample, outcome in zip(codes, outcomes, strict=True) if outcome == "passed"]
    failing = [sample for sample, outcome in zip(codes, outcomes, strict=True) if outcome == "failed"]
    if not passing or not failing:
        return Dropped(problem=problem.id, reason=f"no {'passing' if not passing else 'failing'} sample")
    lengths = {sample.code: len(strip_comments(sample.code).code) for sample in codes}
    pairs: list[PreferencePair] = []
    while failing and len(pairs) < MAX_PAIRS:
        better, worse = min(
            ((good, bad) for good in passing for bad in failing),
            key=lambda pair: (abs(lengths[pair[0].code] - lengths[pair[1].code]), pair[0].code, pair[1].code),
        )
        failing.remove(worse)
        if len(passing) > 1:
            passing.remove(better)
        feedback = f"chosen passes all {len(problem.tests or problem.cases)} tests, rejected does not."
        pairs.append(make_pair(Aspect.CORRECTNESS, problem, source, better, worse, feedback))
    return pairs
