"""Which judgements to ask for next: those that tell most about whether the leader is the best. No judge here.

The first round shows every candidate once first and once second, in a ring. After that, each judgement is the one that
is expected to shrink most the uncertainty between the leader and its rivals, rivals weighing as much as it is likely
that they are stronger: the top-two idea (Russo, Operations Research 68, 2020) with the gain in information taken over
all judgements, since the top two can be asked only twice. A judgement that was asked is never asked again: a judge
without chance would repeat itself.
"""

from random import Random

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from codefavor.ranking.strength import Floats

Ordered = tuple[int, int]
"""Two candidates by index, the one shown first first."""


def first_round(count: int, rng: Random) -> list[Ordered]:
    """Return a ring through all candidates in a random order; two candidates meet in both orders."""
    ring = rng.sample(range(count), count)
    return list(zip(ring, [*ring[1:], ring[0]], strict=True))


def next_judgements(
    mean: Floats, covariance: Floats, leader: int, asked: NDArray[np.bool_], most: int
) -> list[Ordered]:
    """Return at most `most` judgements that are not among those asked.

    `mean` (n + 1,) and `covariance` (n + 1, n + 1) are those of strengths and position bias; `asked` is (n, n).
    """
    free = ~asked
    np.fill_diagonal(free, False)
    chosen: list[Ordered] = []
    while len(chosen) < most and free.any():
        gain = np.where(free, _gains(mean, covariance, leader), -1.0)
        first, second = divmod(int(gain.argmax()), len(free))
        chosen.append((first, second))
        free[first, second] = False
        covariance = _after(mean, covariance, first, second)
    return chosen


def _gains(mean: Floats, covariance: Floats, leader: int) -> Floats:
    """Return, for every judgement, the expected shrinking of the variances between leader and rivals, shape (n, n)."""
    count = len(mean) - 1
    ahead = mean[leader] - mean[:count]
    towards = covariance[leader] - covariance[:count]
    variance = covariance[leader, leader] + np.diag(covariance)[:count] - 2 * covariance[leader, :count]
    variance[leader] = 1.0
    likely = ndtr(-ahead / np.sqrt(variance))
    likely[leader] = 0.0
    moved = towards[:, :count, None] - towards[:, None, :count] + towards[:, count, None, None]
    weight, spread = _answer(mean, covariance)
    shrinks = weight * moved**2 / (1 + weight * spread) / variance[:, None, None]
    gains: Floats = np.einsum("r,rij->ij", likely, shrinks)
    return gains


def _answer(mean: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """Return the information in every judgement and the variance of its logit, each of shape (n, n)."""
    strengths, lean = mean[:-1], mean[-1]
    expected = expit(strengths[:, None] - strengths[None, :] + lean)
    own, cross, shared = np.diag(covariance)[:-1], covariance[-1, :-1], covariance[:-1, :-1]
    spread = own[:, None] + own[None, :] - 2 * shared + covariance[-1, -1] + 2 * (cross[:, None] - cross[None, :])
    return expected * (1 - expected), spread


def _after(mean: Floats, covariance: Floats, first: int, second: int) -> Floats:
    """Return the covariance once this judgement is answered, whatever the answer."""
    direction = np.zeros(len(mean))
    direction[[first, second, -1]] = 1.0, -1.0, 1.0
    expected = float(expit(direction @ mean))
    weight = expected * (1 - expected)
    along = covariance @ direction
    updated: Floats = covariance - np.outer(along, along) * (weight / (1 + weight * float(direction @ along)))
    return updated
