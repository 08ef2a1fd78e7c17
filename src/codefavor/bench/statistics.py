"""Intervals and paired tests for scores whose tasks share problems. It knows numbers, not judges.

Tasks of one problem are a cluster, and a problem may have tasks in several strata; treating such tasks as independent
makes intervals too narrow. Estimates are means of stratum means, so one stratum alone is the special case.

Sources: Miller 2024, "Adding Error Bars to Evals" (clustered standard errors, paired differences); Efron and Tibshirani
1993, chapter 13 (percentile bootstrap); Phipson and Smyth 2010 (permutation p values are never zero).
"""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from codefavor.record import Record

CONFIDENCE = 0.95
RESAMPLES = 2000
FLIPS = 10_000
_EXACT_CLUSTERS = 13
"""Up to so many clusters, all sign flips are fewer than `FLIPS` and are enumerated."""

Floats = NDArray[np.float64]


class Estimate(Record):
    """A mean of stratum means with its uncertainty."""

    value: float
    """The estimate."""
    clusters: int
    """How many problems stand behind it."""
    stderr: float
    """The clustered standard error."""
    interval: tuple[float, float]
    """95%, Student t with clusters - 1 degrees of freedom (see `ClusteredSample.t_interval`)."""
    bootstrap: tuple[float, float]
    """95%, percentiles of a bootstrap over whole clusters."""


class PairedTest(Record):
    """Whether two judges differ on the same tasks."""

    sign_flip_p: float
    """Two-sided p value of the clustered sign-flip permutation test."""
    mcnemar_p: float
    """Two-sided p value of the exact McNemar test, which takes tasks for independent."""
    first_better: int
    """Tasks on which the first judge scored higher."""
    second_better: int
    """Tasks on which the second judge scored higher."""


class ClusteredSample:
    """Values of tasks, each with its stratum and its cluster (the problem).

    The estimate is the mean over strata of the stratum's mean.
    """

    def __init__(self, values: Sequence[float], strata: Sequence[str], clusters: Sequence[str]) -> None:
        """Keep per (cluster, stratum) sums and counts, which is all that the estimates need.

        Raises:
            ValueError: there are no values, or the three lengths differ.
        """
        if not values or not len(values) == len(strata) == len(clusters):
            raise ValueError("a sample needs one stratum and one cluster for each of at least one value")
        self.values = np.asarray(values, dtype=np.float64)
        stratum_of = np.unique(np.asarray(strata), return_inverse=True)[1]
        cluster_of = np.unique(np.asarray(clusters), return_inverse=True)[1]
        shape = (int(cluster_of.max()) + 1, int(stratum_of.max()) + 1)
        self._sums: Floats = np.zeros(shape)
        self._counts: Floats = np.zeros(shape)
        np.add.at(self._sums, (cluster_of, stratum_of), self.values)
        np.add.at(self._counts, (cluster_of, stratum_of), 1.0)

    @property
    def clusters(self) -> int:
        """The number of clusters."""
        return len(self._sums)

    @property
    def mean(self) -> float:
        """The mean over strata of the stratum's mean."""
        return float(np.mean(self._sums.sum(axis=0) / self._counts.sum(axis=0)))

    def influences(self) -> Floats:
        """Return what each cluster adds to the deviation of the estimate; shape (clusters,), sum zero."""
        totals = self._counts.sum(axis=0)
        means = self._sums.sum(axis=0) / totals
        shares: Floats = ((self._sums - self._counts * means) / totals).mean(axis=1)
        return shares

    def stderr(self) -> float:
        """Return the clustered standard error, zero where there is one cluster only."""
        if self.clusters < 2:
            return 0.0
        correction = self.clusters / (self.clusters - 1)
        return float(np.sqrt(correction * np.sum(self.influences() ** 2)))

    def t_interval(self, low: float, high: float) -> tuple[float, float]:
        """Return the Student t interval of a mean of values that lie within [low, high].

        Where all values are the same the t interval has no width although the next problem may differ; the exact
        binomial (Clopper-Pearson) bound on the share of clusters that differ takes its place.
        """
        mean, error = self.mean, self.stderr()
        if np.ptp(self.values) == 0:
            differing = 1 - ((1 - CONFIDENCE) / 2) ** (1 / self.clusters)
            return (mean - differing * (mean - low), mean + differing * (high - mean))
        if self.clusters < 2:
            return (low, high)
        reach = float(special.stdtrit(self.clusters - 1, (1 + CONFIDENCE) / 2)) * error
        return (max(low, mean - reach), min(high, mean + reach))

    def bootstrap_interval(self, rng: np.random.Generator, resamples: int = RESAMPLES) -> tuple[float, float]:
        """Return the percentile interval of means over resampled clusters; resamples without a stratum are left out."""
        drawn = rng.multinomial(self.clusters, np.full(self.clusters, 1 / self.clusters), size=resamples)
        weights = drawn.astype(np.float64)
        counts = weights @ self._counts
        whole = (counts > 0).all(axis=1)
        means = ((weights @ self._sums)[whole] / counts[whole]).mean(axis=1)
        low, high = np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
        return (float(low), float(high))

    def estimate(self, rng: np.random.Generator, low: float = 0.0, high: float = 1.0) -> Estimate:
        """Return the mean with its intervals, for values that lie within [low, high]."""
        return Estimate(
            value=self.mean,
            clusters=self.clusters,
            stderr=self.stderr(),
            interval=self.t_interval(low, high),
            bootstrap=self.bootstrap_interval(rng),
        )

    def contributions(self) -> Floats:
        """Return what each cluster adds to the estimate itself; shape (clusters,), their sum is the mean."""
        shares: Floats = (self._sums / self._counts.sum(axis=0)).mean(axis=1)
        return shares


def paired_test(differences: ClusteredSample, rng: np.random.Generator) -> PairedTest:
    """Test whether the differences of two judges' scores, task by task, are centred on zero."""
    first = int(np.sum(differences.values > 0))
    second = int(np.sum(differences.values < 0))
    return PairedTest(
        sign_flip_p=_sign_flip_p(differences.contributions(), rng),
        mcnemar_p=min(1.0, 2 * float(special.bdtr(min(first, second), first + second, 0.5))),
        first_better=first,
        second_better=second,
    )


def _sign_flip_p(contributions: Floats, rng: np.random.Generator) -> float:
    moving = contributions[contributions != 0]
    if not moving.size:
        return 1.0
    observed = abs(float(moving.sum())) * (1 - 1e-12)
    if moving.size <= _EXACT_CLUSTERS:
        all_signs: NDArray[Any] = np.array(list(product((-1.0, 1.0), repeat=moving.size)))
        return float(np.mean(np.abs(all_signs @ moving) >= observed))
    signs = rng.integers(0, 2, size=(FLIPS, moving.size)) * 2.0 - 1.0
    extreme = int(np.sum(np.abs(signs @ moving) >= observed))
    return (1 + extreme) / (FLIPS + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p values corrected for their number by the step-down method of Holm 1979."""
    order = sorted(range(len(p_values)), key=lambda index: p_values[index])
    corrected = [0.0] * len(p_values)
    running_max = 0.0
    for rank, index in enumerate(order):
        running_max = max(running_max, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = running_max
    return corrected
