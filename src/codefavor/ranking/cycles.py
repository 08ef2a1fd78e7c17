"""Intransitive cycles: A is preferred to B, B to C, and C to A. They are found among answers, nothing is repaired."""

from collections import deque
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

_EVEN = 1e-9


def beats(answered: NDArray[np.bool_], first: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return, shape (n, n), where the row was preferred to the column over all answers in both orders."""
    asked = answered.astype(float)
    balance = np.where(answered, first - 0.5, 0.0)
    return np.asarray((balance - balance.T > _EVEN) & (asked + asked.T > 0))


def find_cycles(preferred: NDArray[np.bool_]) -> list[tuple[int, ...]]:
    """Return one shortest cycle through the first candidate of every group that goes round in circles.

    `preferred`, shape (n, n), says where the row is preferred to the column. In a cycle each candidate is preferred to
    the next one, and the last to the first.
    """
    _, group = connected_components(preferred, directed=True, connection="strong")
    _, starts, sizes = np.unique(group, return_index=True, return_counts=True)
    return sorted(_shortest(preferred, int(start)) for start, size in zip(starts, sizes, strict=True) if size > 1)


def _shortest(preferred: NDArray[np.bool_], start: int) -> tuple[int, ...]:
    """Return the shortest way from `start` back to itself; there is one."""
    before: dict[int, int] = {}
    waiting = deque([start])
    while True:
        here = waiting.popleft()
        if preferred[here, start]:
            return tuple(reversed(list(_way_back(before, here, start))))
        for there in map(int, np.flatnonzero(preferred[here])):
            if there not in before:
                before[there] = here
                waiting.append(there)


def _way_back(before: dict[int, int], here: int, start: int) -> Iterator[int]:
    yield here
    while here != start:
        here = before[here]
        yield here
