"""Who would win if every judgement were asked, and who is the strongest: probabilities from what was asked so far.

A full round-robin in both orders is won by whom most points fall to: with every pair asked alike, Bradley-Terry
strengths are in the order of the points. So the judgements not yet asked are drawn from the model, those asked stand,
and the winners are counted. A judge answers no ordered pair twice differently, so there is nothing more to learn than
the full round-robin: its winner is what stopping early may miss.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from codefavor.ranking.strength import Floats

_DRAWS = 400
_EVEN = 1e-9


class WinProbabilities(NamedTuple):
    """Probabilities of shape (n,)."""

    winner: Floats
    """To win the full round-robin, alone or level with others."""
    alone: Floats
    """To win it alone."""
    strongest: Floats
    """To have the greatest strength."""
    favourites: NDArray[np.bool_]
    """Who wins it, alone or level, if every judgement not yet asked goes the likelier way."""


def win_probabilities(
    mean: Floats,
    covariance: Floats,
    asked: NDArray[np.bool_],
    points: Floats,
    rng: np.random.Generator,
) -> WinProbabilities:
    """Return how likely each candidate is to win.

    `mean` (n + 1,) and `covariance` (n + 1, n + 1) are those of strengths and position bias; `points` (n, n) is what
    the first of each judgement asked got, one half where the judge had no answer.
    """
    count = len(asked)
    noise = rng.standard_normal((_DRAWS, count + 1))
    drawn = mean + noise @ np.linalg.cholesky(covariance).T
    strengths = drawn[:, :count]
    expected = expit(strengths[:, :, None] - strengths[:, None, :] + drawn[:, count, None, None])
    answers = rng.random(expected.shape) < expected
    likely = expected + _spread(mean, asked, points) * (answers - expected)
    played = np.where(asked, points, likely)
    played[:, np.arange(count), np.arange(count)] = 0.0
    totals = played.sum(axis=2) - played.sum(axis=1)
    winners = totals >= totals.max(axis=1, keepdims=True) - _EVEN
    strongest = np.bincount(strengths.argmax(axis=1), minlength=count) / _DRAWS
    alone = winners & (winners.sum(axis=1, keepdims=True) == 1)
    return WinProbabilities(winners.mean(axis=0), alone.mean(axis=0), strongest, _favourites(mean, asked, points))


def _favourites(mean: Floats, asked: NDArray[np.bool_], points: Floats) -> NDArray[np.bool_]:
    logits = mean[:-1, None] - mean[None, :-1] + mean[-1]
    # A judge that states probabilities gives no whole points, and leaves hardly anybody level.
    whole = bool(np.isin(points[asked], (0.0, 0.5, 1.0)).all())
    played = np.where(asked, points, (1 + np.sign(logits)) / 2 if whole else expit(logits))
    np.fill_diagonal(played, 0.0)
    totals = played.sum(axis=1) - played.sum(axis=0)
    return np.asarray(totals >= totals.max() - _EVEN)


def _spread(mean: Floats, asked: NDArray[np.bool_], points: Floats) -> float:
    """Return how far answers lie from what is expected, against answers of a coin: less for a judge's probabilities."""
    expected = expit(mean[:-1, None] - mean[None, :-1] + mean[-1])
    seen = float(np.where(asked, (points - expected) ** 2, 0.0).sum())
    of_coins = float(np.where(asked, expected * (1 - expected), 0.0).sum())
    return float(np.sqrt(min(1.0, (1 + seen) / (1 + of_coins))))
