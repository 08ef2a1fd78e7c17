"""From which confidence on a judge may answer, so that the error among its answers stays under a target.

The threshold is certified as those of a cascade of one stage (`bench.cascade`): half of the problems propose, the other
half test. A judge that is asked in both orders answers where it is sure enough in either.
"""

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from codefavor.bench.cascade import StageAnswers, certify, why_nothing_is_certified
from codefavor.bench.results import TaskVerdict
from codefavor.bench.scoring import joined
from codefavor.errors import DataError
from codefavor.judges.card import Abstention
from codefavor.judges.cascade import confidence

_DIGITS = 1e9
"""Thresholds are rounded down to so many parts, far above the noise of floating point."""


def certify_abstention(rows: Sequence[TaskVerdict], target: float, delta: float, seed: int) -> Abstention:
    """Return the threshold that answers most among those shown to hold the target with confidence 1 - delta.

    Raises:
        DataError: no threshold can be certified.
    """
    answers = StageAnswers(
        confidence=np.array([_confidence(row) for row in rows]),
        right=np.array([joined(row).choice == row.label for row in rows]),
    )
    groups = [row.group for row in rows]
    found = certify([answers], groups, target, delta, np.random.default_rng(seed))
    threshold = found.thresholds[0] if found else None
    if found is None or threshold is None:
        remedy = "Calibrate on more pairs, a better judge, or with a higher --abstain"
        raise DataError(why_nothing_is_certified("no confidence keeps", groups, target, delta, remedy))
    return Abstention(
        below=math.floor(threshold * _DIGITS) / _DIGITS,
        target=target,
        delta=delta,
        problems=found.problems,
        answered=found.answered,
        errors=found.errors,
        max_error=float(stats.beta.ppf(1 - delta, found.errors + 1, found.answered - found.errors)),
    )


def _confidence(row: TaskVerdict) -> float:
    """Return how sure the surer order is, whose side is the joined one; 0 where the orders name none together."""
    if joined(row).choice not in ("A", "B"):
        return 0.0
    return max(confidence(verdict) for verdict in (row.given, row.swapped) if verdict)
