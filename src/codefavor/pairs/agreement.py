"""How far people agree who answered the same tasks: Krippendorff's alpha and plain pairwise agreement, with intervals.

A tie is a category of its own. Nothing here knows which answer is right, or who answered.

Sources: Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability" (nominal data, any number of answers a unit);
Efron and Tibshirani 1993, chapter 13 (percentile bootstrap). Whole clusters are resampled: tasks of one problem share
what makes them hard.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from codefavor.pairs.comparison import Choice
from codefavor.record import Record

CATEGORIES: tuple[Choice, ...] = ("A", "B", "tie")
CONFIDENCE = 0.95
RESAMPLES = 2000

Floats = NDArray[np.float64]


class Share(Record):
    """A figure with its interval."""

    value: float
    """The estimate."""
    interval: tuple[float, float]
    """95%, percentiles of a bootstrap over whole clusters."""


class Agreement(Record):
    """How far the answers of one set of tasks agree."""

    alpha: Share
    """Krippendorff's alpha: 1 is full agreement, 0 what chance would give, below 0 is systematic disagreement."""
    pairwise: Share
    """The chance that two people who answered the same task gave the same answer."""
    units: int
    """Tasks with at least two answers; others say nothing about agreement."""
    answers: int
    """Answers to those tasks."""


def agreement(
    answers: Sequence[Sequence[Choice]],
    clusters: Sequence[str],
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
) -> Agreement | None:
    """Return the agreement of `answers`, or None where no task has two answers.

    Args:
        answers: for every task its answers, all about the same order of its candidates.
        clusters: for every task the problem behind it.
        rng: draws the bootstrap.
        resamples: how many times the clusters are redrawn.
    """
    answered = [(cluster, choices) for cluster, choices in zip(clusters, answers, strict=True) if len(choices) > 1]
    if not answered:
        return None
    counts = np.array(
        [[choices.count(category) for category in CATEGORIES] for _, choices in answered], dtype=np.float64
    )
    cluster_of = np.unique([cluster for cluster, _ in answered], return_inverse=True)[1]
    weights = _resampled(cluster_of, rng, resamples)
    alphas, pairwise = _figures(counts, np.vstack([np.ones(len(answered)), weights]))
    return Agreement(
        alpha=_share(alphas),
        pairwise=_share(pairwise),
        units=len(answered),
        answers=int(counts.sum()),
    )


def _resampled(cluster_of: NDArray[np.intp], rng: np.random.Generator, resamples: int) -> Floats:
    """Return how often each unit is drawn in each resample; shape (resamples, units)."""
    clusters = int(cluster_of.max()) + 1
    drawn = rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=resamples)
    weights: Floats = drawn[:, cluster_of].astype(np.float64)
    return weights


def _figures(counts: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return alpha and pairwise agreement for every row of weights.

    Args:
        counts: answers by unit and category; shape (units, categories).
        weights: how often each unit counts; shape (samples, units).
    """
    sizes = counts.sum(axis=1)
    agreeing = (counts * (counts - 1)).sum(axis=1)
    observed = 1 - (weights @ (agreeing / (sizes - 1))) / (weights @ sizes)
    totals = weights @ counts
    everything = totals.sum(axis=1)
    same = (totals * (totals - 1)).sum(axis=1)
    expected = 1 - same / (everything * (everything - 1))
    # Where only one category was ever used nothing is expected to differ, and nothing does.
    alphas = 1 - np.divide(observed, expected, out=np.zeros_like(observed), where=expected > 0)
    pairwise = (weights @ agreeing) / (weights @ (sizes * (sizes - 1)))
    return alphas, pairwise


def _share(samples: Floats) -> Share:
    low, high = np.quantile(samples[1:], [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Share(value=float(samples[0]), interval=(float(low), float(high)))
