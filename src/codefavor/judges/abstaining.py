"""Abstention: a wrapper that makes verdicts of low confidence undecided.

The probability stays in the verdict, so that it can be calibrated again.
"""

from collections.abc import Sequence

from codefavor.judges.cascade import confidence
from codefavor.judges.one_order import order_invariant
from codefavor.judges.protocol import Judge
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Verdict


class AbstainingJudge:
    """A judge that answers only with a confidence of at least `below`."""

    def __init__(self, inner: Judge, below: float) -> None:
        self.name = inner.name
        self.order_invariant = order_invariant(inner)
        self._inner = inner
        self._below = below

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return the inner judge's verdicts, undecided where it is less sure; choices without a probability stand."""
        return [self._checked(verdict) for verdict in self._inner.judge(comparisons)]

    def _checked(self, verdict: Verdict) -> Verdict:
        if verdict.choice is None or confidence(verdict) >= self._below:
            return verdict
        reason = f"not sure enough: confidence {confidence(verdict):.2f}, {self._below:.2f} is needed"
        return verdict.model_copy(update={"choice": None, "undecided": reason})
