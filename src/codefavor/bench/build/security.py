"""Security from analysis: code with findings against its fix without any (paper, section 3.1 and A.3).

The paper lets a model mend the code until its analyser passes it. The analysers here are those of the evidence judge,
so that judge has seen the answers: it is no contestant on such a benchmark.
"""

from collections.abc import Sequence

from codefavor.bench.build.curated import Dropped, make_pair
from codefavor.bench.build.problems import Problem
from codefavor.bench.build.samples import Sample
from codefavor.evidence.candidate import ParsedCandidate
from codefavor.evidence.findings import find, find_in
from codefavor.languages.source import Unparsable
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.pair import PreferencePair


def curate_security(problem: Problem, samples: Sequence[Sample], source: str) -> list[PreferencePair] | Dropped:
    """Return the pair of the insecure code and its first fix that parses, keeps its functions and has no finding."""
    if problem.insecure is None:
        return Dropped(problem=problem.id, reason="no insecure code")
    before = find(problem.insecure).findings
    if not before:
        return Dropped(problem=problem.id, reason="the analysers find nothing in the insecure code")
    names = ParsedCandidate(problem.insecure).functions.keys()
    for sample in samples:
        fix = ParsedCandidate(sample.code)
        if isinstance(fix.tree, Unparsable) or names - fix.functions.keys() or find_in(fix).findings:
            continue
        worst = before[0]
        feedback = f"rejected: line {worst.line}, {worst.message} (CWE-{worst.cwe}); chosen has no finding."
        worse = Sample(problem=problem.id, code=problem.insecure)
        return [make_pair(Aspect.SECURITY, problem, source, sample, worse, feedback)]
    return Dropped(problem=problem.id, reason="no fix that the analysers pass" if samples else "no samples")
