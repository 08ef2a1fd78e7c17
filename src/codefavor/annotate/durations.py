"""How long votes took and what they cost.

The paper (section 3.2) reports the mean after the longest hundredth is left out, and a 99th percentile.
"""

from collections.abc import Sequence

import numpy as np

from codefavor.record import Record


class Minutes(Record):
    """The minutes of one set of votes."""

    mean: float
    """The mean, the longest hundredth of the votes left out."""
    median: float
    """The median of all."""
    p90: float
    """Nine votes in ten took no longer."""
    p99: float
    """Ninety-nine in a hundred took no longer."""
    left_out: int
    """Votes that the mean leaves out: one in a hundred, rounded down."""


def minutes_of(seconds: Sequence[float]) -> Minutes:
    """Return the minutes of at least one vote, given in seconds."""
    ordered = np.sort(np.asarray(seconds, dtype=np.float64)) / 60
    left_out = len(ordered) // 100
    median, p90, p99 = np.quantile(ordered, [0.5, 0.9, 0.99])
    return Minutes(
        mean=float(ordered[: len(ordered) - left_out].mean()),
        median=float(median),
        p90=float(p90),
        p99=float(p99),
        left_out=left_out,
    )
