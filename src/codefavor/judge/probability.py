"""From a score difference to a probability, and from there to a verdict."""

import math

from codefavor.pairs.comparison import Choice, Comparison
from codefavor.pairs.verdict import Cost, Verdict


def verdict_from(prob_a: float, shown: Comparison, judge: str, cost: Cost | None = None) -> Verdict:
    """Return the verdict of a judge that gives A the probability `prob_a`; exactly one half is a tie."""
    choice: Choice = "tie" if prob_a == 0.5 else "A" if prob_a > 0.5 else "B"
    return Verdict(comparison=shown.digest(), judge=judge, choice=choice, prob_a=prob_a, cost=cost)


def sigmoid(value: float) -> float:
    """Return the logistic function of `value`, without overflow."""
    return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))
