"""The small model of the grounded judge: named features of the evidence, their weights, and how they make a score.

Every feature is above zero where it favours A and changes its sign when the candidates are exchanged; there is no
intercept, so the score does too. Nothing is run and nothing is fitted here.
"""

import math
from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from codefavor.evidence.decision import decide
from codefavor.evidence.findings.compare import compare_findings
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.evidence import CandidateEvidence, Evidence, IncidentCode
from codefavor.record import Record, content_digest

INNER = "inner"
DECIDED = "decided by "
FEATURES: dict[str, str] = {
    "decided by running": "only one of them runs and passes the worked examples",
    "decided by incidents": "only one of them goes wrong on generated inputs",
    "decided by work": "one clearly does less work",
    "decided by findings": "the analysers find less in one",
    "examples": "the share of worked examples failed",
    "crashes": "exceptions on generated inputs",
    "work": "the work counted on large inputs",
    "growth": "how the work grows",
    "findings": "the weight of what the analysers find",
    INNER: "the inner judge",
}
"""Every feature with what it means, for the words of a verdict."""
GROUNDED_FORMAT = content_digest(["features of evidence, A against B", sorted(FEATURES)])
"""Names what a score is made of; a judge of other features is refused."""

MAX_INNER = 4.0
"""The largest inner logit that counts: no inner judge is taken for surer than 98%."""
MIN_DECIDED = 0.5
"""The minimum score, as a logit, of evidence that decides: it always keeps its side."""
INNER_SHARE = 0.5
"""How much of a decided score an inner judge can take away or add at most: it cannot turn it."""
_MAX_LOG = 3.0
_MAX_GROWTH = 1.5


class GroundedModel(Record):
    """The weights of a grounded judge and the judge it is joined with."""

    inner: str | None = None
    """The spec of the inner judge; None where evidence stands alone."""
    weights: dict[str, dict[str, float]]
    """For every aspect, the weight of each feature; none is below zero."""
    pairs: dict[str, Annotated[int, Field(ge=0)]] = {}
    """How many pairs of each aspect they were fitted on."""

    def joined_with(self, inner: str | None) -> "GroundedModel":
        """Return the model with another inner judge, whose probability is taken at its word."""
        weights = {aspect: own | ({INNER: 1.0} if inner else {}) for aspect, own in self.weights.items()}
        return self.model_copy(update={"inner": inner, "weights": weights})


def features_of(evidence: Evidence, aspect: Aspect | None, inner_logit: float = 0.0) -> dict[str, float]:
    """Return the features that are not zero, each above zero where it favours A."""
    a, b = evidence.a, evidence.b
    decision = decide(aspect, evidence)
    found = {
        "examples": _failed_share(b) - _failed_share(a),
        "crashes": float(_crashes(b) - _crashes(a)),
        INNER: _clip(inner_logit, MAX_INNER),
    }
    if decision.side:
        # Code that does not load fails every example, so both share a weight.
        kind = "running" if decision.kind in ("loading", "examples") else decision.kind
        found[f"{DECIDED}{kind}"] = 1.0 if decision.side == "A" else -1.0
    if evidence.work_comparison is not None:
        # Not processor time, so that the same pair always gets the same score.
        found["work"] = -_clip(evidence.work_comparison.log_ratio, _MAX_LOG)
    if a.growth is not None and b.growth is not None:
        found["growth"] = _clip(b.growth.exponent - a.growth.exponent, _MAX_GROWTH)
    if aspect is Aspect.SECURITY:
        compared = compare_findings(a, b)
        between = compared.weight_b - compared.weight_a
        found["findings"] = math.copysign(math.log1p(abs(between)), between)
    return {name: value for name, value in found.items() if value}


def score(model: GroundedModel, aspect: Aspect | None, features: Mapping[str, float]) -> float:
    """Return the logit of A; evidence that decides keeps its side whatever the inner judge says."""
    weights = _weights(model, aspect)
    grounds = sum(weights.get(name, 0.0) * value for name, value in features.items() if name != INNER)
    inner = weights.get(INNER, 0.0) * features.get(INNER, 0.0)
    side = next((value for name, value in features.items() if name.startswith(DECIDED)), 0.0)
    if not side:
        return grounds + inner
    grounds = side * max(side * grounds, MIN_DECIDED)
    return grounds + _clip(inner, INNER_SHARE * abs(grounds))


def in_words(model: GroundedModel, aspect: Aspect | None, features: Mapping[str, float]) -> str:
    """Return the contribution of every feature and the side it favours, the largest first; nothing if none has any."""
    weights = _weights(model, aspect)
    logits = {name: weights.get(name, 0.0) * value for name, value in features.items()}
    names = sorted((name for name in logits if logits[name]), key=lambda name: (-abs(logits[name]), name))
    contributions = [
        f"{FEATURES[name]} (for {'A' if logits[name] > 0 else 'B'}, {abs(logits[name]):.2f})" for name in names
    ]
    return f"Contributions in logits: {'; '.join(contributions)}." if contributions else ""


def _weights(model: GroundedModel, aspect: Aspect | None) -> Mapping[str, float]:
    """Return the weights of an aspect; without one, or where it was not fitted, the inner judge alone has any."""
    return model.weights.get(str(aspect), {INNER: 1.0})


def _failed_share(candidate: CandidateEvidence) -> float:
    failed = len(candidate.examples_failed)
    return failed / (failed + candidate.examples_passed) if failed else 0.0


def _crashes(candidate: CandidateEvidence) -> bool:
    return any(incident.code is IncidentCode.CRASH for incident in candidate.incidents)


def _clip(value: float, limit: float) -> float:
    return max(-limit, min(limit, value))
