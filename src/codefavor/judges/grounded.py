"""The grounded judge: evidence joined with any inner judge by a small calibrated model. It learns nothing here.

Each pair of candidates is run once, whichever order it is shown in, so that P(A) of one order is 1 - P(A) of the other,
unless an inner judge is asked whose answer depends on the order.
"""

import math
from collections.abc import Mapping, Sequence

from codefavor.evidence.decision import decide
from codefavor.evidence.explain import explain
from codefavor.judges.grounded_model import INNER, MAX_INNER, GroundedModel, features_of, in_words, score
from codefavor.judges.one_order import free, in_one_order, order_invariant, turned
from codefavor.judges.probability import antisymmetric_sigmoid, sigmoid
from codefavor.judges.protocol import Judge
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Cost, Verdict


class GroundedJudge:
    """Answers by evidence, by an inner judge where there is no evidence, and by both where both answer."""

    def __init__(
        self, name: str, model: GroundedModel, evidence: Judge, inner: Judge | None = None, temperature: float = 1.0
    ) -> None:
        """Join `evidence`, a judge whose verdicts carry evidence, with `inner` as `model` weighs them.

        The joined score is divided by `temperature`.
        """
        self.name = name
        self.order_invariant = inner is None or order_invariant(inner)
        self._model = model
        self._evidence = evidence
        self._inner = inner
        self._temperature = temperature

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return a verdict with its evidence and a probability for every comparison.

        Raises:
            SandboxError: foreign code cannot be run safely here.
        """
        evidence = evidence_of(self._evidence, comparisons)
        inner = self._inner.judge(comparisons) if self._inner else [None] * len(comparisons)
        return [
            self._join(comparison, evidence_verdict, inner_verdict)
            for comparison, evidence_verdict, inner_verdict in zip(comparisons, evidence, inner, strict=True)
        ]

    def _join(self, comparison: Comparison, evidence_verdict: Verdict, inner_verdict: Verdict | None) -> Verdict:
        evidence, aspect = evidence_verdict.evidence, comparison.criterion.aspect
        features: Mapping[str, float] = {}
        words = evidence_verdict.undecided or ""
        if evidence is not None:
            features = features_of(evidence, aspect, inner_logit(inner_verdict))
            words = explain(aspect, evidence, decide(aspect, evidence))
        elif inner_verdict is not None:
            features = {INNER: inner_logit(inner_verdict)}
        prob_a = antisymmetric_sigmoid(score(self._model, aspect, features) / self._temperature)
        text = f"{words} {in_words(self._model, aspect, features)}".strip()
        undecided = prob_a == 0.5
        return Verdict(
            comparison=comparison.digest(),
            judge=self.name,
            choice=None if undecided else "A" if prob_a > 0.5 else "B",
            prob_a=prob_a,
            feedback=None if undecided else text,
            undecided=text if undecided else None,
            evidence=evidence,
            cost=_cost(evidence_verdict, inner_verdict),
        )


def evidence_of(judge: Judge, comparisons: Sequence[Comparison]) -> list[Verdict]:
    """Return the evidence judge's verdicts; both orders of one comparison are run once, in the same orientation."""
    return in_one_order(comparisons, judge.judge, turned, free)


def inner_logit(verdict: Verdict | None) -> float:
    """Return an inner judge's probability as a logit; a choice without one counts as a logit of 1, no choice as 0."""
    if verdict is None or verdict.choice in (None, "tie"):
        return 0.0
    if verdict.prob_a is None:
        return 1.0 if verdict.choice == "A" else -1.0
    # From the larger side, so that both orders give the same number with opposite signs.
    larger = min(max(verdict.prob_a, 1 - verdict.prob_a), sigmoid(MAX_INNER))
    logit = math.log(larger / (1 - larger))
    return logit if verdict.prob_a > 0.5 else -logit


def _cost(evidence_verdict: Verdict, inner_verdict: Verdict | None) -> Cost | None:
    costs = [verdict.cost for verdict in (evidence_verdict, inner_verdict) if verdict and verdict.cost]
    return None if not costs else costs[0] if len(costs) == 1 else costs[0].plus(costs[1])
