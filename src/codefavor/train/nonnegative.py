"""Logistic regression without an intercept, no weight below zero: a joint vote in which nobody is reversed."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

PENALTY = 1.0
"""Half the weight of the squared weights against the sum of the losses: a voice that was never wrong stays finite."""


def fit_nonnegative(features: NDArray[np.float64]) -> list[float]:
    """Return one weight a column, under which the chosen sides are likeliest.

    `features` has the shape (pairs, voices); above zero a voice speaks for the chosen side.
    """

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = features @ weights
        wrong = 1 / (1 + np.exp(np.clip(scores, -500, 500)))
        value = np.logaddexp(0, -scores).sum() + PENALTY / 2 * (weights**2).sum()
        return float(value), PENALTY * weights - features.T @ wrong

    voices = features.shape[1]
    found = minimize(loss, np.zeros(voices), jac=True, method="L-BFGS-B", bounds=[(0, None)] * voices)
    return [float(weight) for weight in found.x]
