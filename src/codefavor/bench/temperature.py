"""Fits the temperature under which a judge's probabilities are likeliest, from verdicts on pairs it never learned.

One number divides every score difference, so no answer changes; both orders of a pair count. Source: Guo et al. 2017,
"On Calibration of Modern Neural Networks", section 4.2; that the targets fall short of certainty, so that a judge that
was never wrong gets a finite temperature, is from Platt 1999, "Probabilistic Outputs for Support Vector Machines",
section 2.2. How well a judge is calibrated is `report.calibration`'s business.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

from codefavor.bench.results import TaskVerdict
from codefavor.errors import DataError
from codefavor.judges.probability import logit, sigmoid
from codefavor.pairs.comparison import Side
from codefavor.pairs.split import in_first
from codefavor.pairs.verdict import Verdict

MIN_PAIRS = 50
"""The fewest answers with a probability from which a temperature is fitted."""


def raw_rows(rows: Sequence[TaskVerdict], temperature: float) -> list[TaskVerdict]:
    """Return verdicts that were given at `temperature` as they are at temperature 1."""
    return [_rescaled(row, 1 / temperature) for row in rows]


def fit_temperature(rows: Sequence[TaskVerdict]) -> float:
    """Return the temperature that fits rows at temperature 1.

    Raises:
        DataError: fewer than `MIN_PAIRS` rows carry a probability, or the judge is no better than chance on them.
    """
    carrying = [margins for row in rows if (margins := list(_margins(row)))]
    if len(carrying) < MIN_PAIRS:
        raise DataError(
            f"{len(carrying)} held-out pairs were answered with a probability; a temperature needs {MIN_PAIRS}"
        )
    return _likeliest(np.array([margin for margins in carrying for margin in margins]), len(carrying))


def at_temperature(rows: Sequence[TaskVerdict], temperature: float) -> list[TaskVerdict]:
    """Return rows at temperature 1 as they are at `temperature`."""
    return [_rescaled(row, temperature) for row in rows]


def cross_fitted(rows: Sequence[TaskVerdict], seed: int) -> list[TaskVerdict]:
    """Return every half of the problems at the temperature that fits the other half.

    Raises:
        DataError: a half is too small, or the judge is no better than chance on it.
    """
    halves: tuple[list[TaskVerdict], list[TaskVerdict]] = ([], [])
    for row in rows:
        # Renamed, since held-out pairs are one side of the split by the plain name.
        halves[in_first(f"half of {row.group}", 0.5, seed)].append(row)
    one, other = halves
    return [*at_temperature(one, fit_temperature(other)), *at_temperature(other, fit_temperature(one))]


def _likeliest(margins: NDArray[np.float64], pairs: int) -> float:
    target = (pairs + 1) / (pairs + 2)

    def slope(inverse: float) -> float:
        # The derivative of the negative log-likelihood, which is convex in the inverse of the temperature.
        return float((margins * (expit(margins * inverse) - target)).sum())

    if slope(0.0) >= 0:
        raise DataError("the judge is no better than chance on these pairs, so no temperature fits; train a better one")
    upper = 1.0
    while slope(upper) < 0:
        upper *= 2
    return float(1 / brentq(slope, 0.0, upper))


def _margins(row: TaskVerdict) -> Iterator[float]:
    """Yield the logit of the better side in each order that carries a probability."""
    for verdict in (row.given, row.swapped):
        if verdict and verdict.prob_a is not None:
            yield logit(verdict.prob_a) * (1 if row.label == "A" else -1)


def _rescaled(row: TaskVerdict, divisor: float) -> TaskVerdict:
    swapped = _divided(row.swapped, divisor) if row.swapped else None
    return row.model_copy(update={"given": _divided(row.given, divisor), "swapped": swapped})


def _divided(verdict: Verdict, divisor: float) -> Verdict:
    """Return the verdict with its logit divided, decided by its probability even where it had been held back."""
    if verdict.prob_a is None:
        return verdict
    if verdict.prob_a == 0.5:
        return verdict
    side: Side = "A" if verdict.prob_a > 0.5 else "B"
    prob_a = sigmoid(logit(verdict.prob_a) / divisor)
    return verdict.model_copy(update={"choice": side, "prob_a": prob_a, "undecided": None})
