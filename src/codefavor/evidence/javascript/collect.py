"""Collects the evidence of two JavaScript candidates by running them: examples, behaviour, cost. It has no findings."""

from codefavor.evidence.javascript.dialect import JAVASCRIPT
from codefavor.evidence.javascript.entry_point import JavaScriptCandidate, find_javascript_entry_point
from codefavor.evidence.run_both import lacking, run_both
from codefavor.evidence.wanted import Wanted
from codefavor.pairs.circumstance import Circumstance, CircumstanceCode
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.evidence import CandidateEvidence, Evidence
from codefavor.sandbox.engine import Engine


def collect_javascript(engine: Engine, comparison: Comparison, wanted: Wanted) -> Evidence:
    """Return all evidence of a comparison of JavaScript candidates that is wanted and available."""
    evidence = Evidence(a=CandidateEvidence(), b=CandidateEvidence())
    if not wanted.examples:
        code = CircumstanceCode.LANGUAGE_NOT_ANALYSED
        return lacking(evidence, Circumstance(part="findings", code=code, name=comparison.language))
    a, b = JavaScriptCandidate(comparison.code_a), JavaScriptCandidate(comparison.code_b)
    entry_point = find_javascript_entry_point(comparison.instruction, a, b)
    if entry_point is None:
        return lacking(evidence, Circumstance(part="examples", code=CircumstanceCode.NO_ENTRY_POINT))
    evidence = evidence.model_copy(update={"entry_point": entry_point.name})
    return run_both(engine, comparison.instruction, entry_point, (a.code, b.code), wanted, evidence, JAVASCRIPT)
