"""From a score difference to a probability, and from there to a verdict."""

import math

from codefavor.pairs.comparison import Choice, Comparison
from codefavor.pairs.verdict import Cost, Verdict

_EPSILON = 2.0**-53
"""The distance of 1 from the float below it."""


def verdict_from(prob_a: float, comparison: Comparison, judge: str, cost: Cost | None = None) -> Verdict:
    """Return the verdict of a judge that gives A the probability `prob_a`; exactly one half is a tie."""
    choice: Choice = "tie" if prob_a == 0.5 else "A" if prob_a > 0.5 else "B"
    return Verdict(comparison=comparison.digest(), judge=judge, choice=choice, prob_a=prob_a, cost=cost)


def antisymmetric_sigmoid(value: float) -> float:
    """Return the logistic function, computed from the absolute value so that both orders add up to exactly one."""
    larger = sigmoid(abs(float(value)))
    return larger if value > 0 else 1 - larger


def sigmoid(value: float) -> float:
    """Return the logistic function of `value`, without overflow."""
    return 1 / (1 + math.exp(-value)) if value >= 0 else math.exp(value) / (1 + math.exp(value))


def logit(probability: float) -> float:
    """Return the inverse of the logistic function; a probability of 0 or 1 counts as the next one that has a logit."""
    # The smaller side is the exact one: near 1 a float has lost what distinguishes it from 1.
    smaller = max(min(probability, 1 - probability), _EPSILON)
    size = math.log1p(-smaller) - math.log(smaller)
    return size if probability > 0.5 else -size
