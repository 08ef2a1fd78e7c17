"""Collects the evidence of two Python candidates: what reading them shows, then examples, behaviour, cost."""

from codefavor.evidence.candidate import ParsedCandidate
from codefavor.evidence.entry_point import EntryPoint, find_entry_point
from codefavor.evidence.findings import find_in
from codefavor.evidence.prelude import prelude_of, with_prelude
from codefavor.evidence.python_dialect import PYTHON
from codefavor.evidence.run_both import lacking, run_both
from codefavor.evidence.static_checks import check_statically
from codefavor.evidence.wanted import Wanted
from codefavor.pairs.circumstance import Circumstance, CircumstanceCode
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.evidence import CandidateEvidence, Evidence
from codefavor.sandbox.engine import Engine


def collect_python(engine: Engine, comparison: Comparison, wanted: Wanted) -> Evidence:
    """Return all evidence of a comparison of Python candidates that is wanted and available."""
    a, b = ParsedCandidate(comparison.code_a), ParsedCandidate(comparison.code_b)
    entry_point = find_entry_point(comparison.instruction, a, b)
    prelude = prelude_of(comparison.instruction)
    evidence = Evidence(
        a=_read(a, entry_point, prelude, wanted),
        b=_read(b, entry_point, prelude, wanted),
        entry_point=entry_point.name if entry_point else None,
    )
    if not wanted.examples:
        return evidence
    if entry_point is None:
        return lacking(evidence, Circumstance(part="examples", code=CircumstanceCode.NO_ENTRY_POINT))
    codes = (with_prelude(prelude, a.code), with_prelude(prelude, b.code))
    return run_both(engine, comparison.instruction, entry_point, codes, wanted, evidence, PYTHON)


def _read(
    candidate: ParsedCandidate, entry_point: EntryPoint | None, prelude: str, wanted: Wanted
) -> CandidateEvidence:
    """Return what reading a candidate shows, without running it."""
    return CandidateEvidence(
        facts=check_statically(candidate, entry_point.name if entry_point else None, prelude),
        findings=find_in(candidate).findings if wanted.findings else (),
    )
