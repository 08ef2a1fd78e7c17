"""What evidence says by an aspect: a side and the kind of evidence that decides, or nothing.

Pure: it reads the codes of the record alone, so that stored evidence says the same as fresh evidence. The reason in
words is `codefavor.evidence.explain`'s business.
"""

from typing import Literal, NamedTuple

from codefavor.evidence.findings import compare_findings
from codefavor.pairs.comparison import Side
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.evidence import CandidateEvidence, Evidence, Incident, IncidentCode
from codefavor.pairs.fact import FactCode

DecisionKind = Literal["loading", "examples", "incidents", "work", "findings"]
"""What can decide: one side does not load, fails an example, goes wrong alone, does more work, has weaknesses."""

DECIDING_INCIDENTS = frozenset({IncidentCode.UNDEFINED_NAME, IncidentCode.WRONG_TYPE, IncidentCode.ENDLESS})
"""The incidents that decide when the other candidate has none.

An exception of another kind does not: on generated inputs 9% of 217 right MBPP solutions raise one, and 8% of 95 wrong
ones that pass their first example, so it tells nothing. Neither do changed arguments, which few instructions forbid.
"""


class Decision(NamedTuple):
    """What the evidence says."""

    side: Side | None = None
    """The better candidate, if the evidence names one."""
    kind: DecisionKind | None = None
    """What decided."""


def decide(aspect: Aspect | None, evidence: Evidence) -> Decision:
    """Return what the evidence says by an aspect; a criterion without one is not decided by running."""
    match aspect:
        case Aspect.EFFICIENCY:
            return decide_efficiency(evidence)
        case Aspect.CORRECTNESS:
            return decide_correctness(evidence)
        case Aspect.SECURITY:
            return decide_security(evidence)
        case _:
            return Decision()


def decide_correctness(evidence: Evidence) -> Decision:
    """Return the candidate that the evidence favours: examples first, then what is wrong on one side only."""
    return _by_loading(evidence) or _by_examples(evidence) or _by_incidents(evidence) or Decision()


def decide_efficiency(evidence: Evidence) -> Decision:
    """Return the candidate that does less work, provided both do their work."""
    works = _by_loading(evidence) or _by_examples(evidence)
    if works:
        return works
    compared = evidence.work_comparison
    return Decision(compared.cheaper, "work") if compared and compared.cheaper else Decision()


def decide_security(evidence: Evidence) -> Decision:
    """Return the candidate in which the analysers find less."""
    cleaner = compare_findings(evidence.a, evidence.b).cleaner
    return Decision(cleaner, "findings") if cleaner else Decision()


def worse_of(evidence: Evidence, decision: Decision) -> CandidateEvidence:
    """Return what is known of the side that the decision is against."""
    return evidence.b if decision.side == "A" else evidence.a


def deciding_incidents(candidate: CandidateEvidence) -> list[Incident]:
    """Return the incidents of a candidate that may decide."""
    return [incident for incident in candidate.incidents if incident.code in DECIDING_INCIDENTS]


def _one_sided(a: bool, b: bool) -> Side | None:
    """Return the side without a fault where exactly one has it."""
    return None if a == b else "B" if a else "A"


def _by_loading(evidence: Evidence) -> Decision | None:
    a, b = evidence.a, evidence.b
    side = (
        _one_sided(a.load_failure is not None, b.load_failure is not None)
        or _one_sided(not a.parses, not b.parses)
        or _one_sided(a.has_fact(FactCode.NO_ENTRY_POINT), b.has_fact(FactCode.NO_ENTRY_POINT))
    )
    return Decision(side, "loading") if side else None


def _by_examples(evidence: Evidence) -> Decision | None:
    side = _one_sided(bool(evidence.a.examples_failed), bool(evidence.b.examples_failed))
    return Decision(side, "examples") if side else None


def _by_incidents(evidence: Evidence) -> Decision | None:
    side = _one_sided(bool(deciding_incidents(evidence.a)), bool(deciding_incidents(evidence.b)))
    return Decision(side, "incidents") if side else None
