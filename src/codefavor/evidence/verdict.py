"""From evidence to the verdict of a judge that has nothing else."""

import time

from codefavor.evidence.decision import decide
from codefavor.evidence.explain import explain
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.evidence import Evidence
from codefavor.pairs.verdict import Cost, Verdict


def verdict_by_evidence(judge: str, comparison: Comparison, evidence: Evidence, start: float) -> Verdict:
    """Return what the evidence says of a comparison, with the reason.

    Args:
        judge: the judge's name.
        comparison: what is judged.
        evidence: what is known of it.
        start: when its collection began, by `time.monotonic()`.
    """
    aspect = comparison.criterion.aspect
    decision = decide(aspect, evidence)
    reason = explain(aspect, evidence, decision)
    return Verdict(
        comparison=comparison.digest(),
        judge=judge,
        choice=decision.side,
        feedback=reason if decision.side else None,
        undecided=None if decision.side else reason,
        evidence=evidence,
        cost=Cost(seconds=time.monotonic() - start),
    )
