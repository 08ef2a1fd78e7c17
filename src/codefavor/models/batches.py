"""Batches of token rows: grouped by length so that padding is rare, padded on the left so that all rows end together.

Arrays are numpy; nothing is run here.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy
from numpy.typing import NDArray


class Padded(NamedTuple):
    """Token rows of one batch as arrays of shape (rows, longest row)."""

    token_ids: NDArray[numpy.int64]
    """The tokens, padded on the left."""
    mask: NDArray[numpy.int64]
    """1 where there is a token, 0 where there is padding."""
    positions: NDArray[numpy.int64]
    """The place of every token in its own row, so that padding changes nothing."""


def by_length(lengths: Sequence[int], max_tokens: int) -> list[list[int]]:
    """Return the indices of `lengths` in batches of like length, longest first, each at most `max_tokens` padded.

    A row longer than `max_tokens` is a batch of its own. The first batch needs the most memory, so that a run that
    is too large fails at its start.
    """
    batches: list[list[int]] = []
    for index in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= max_tokens:
            batches[-1].append(index)
        else:
            batches.append([index])
    return batches


def pad_left(rows: Sequence[Sequence[int]], pad_id: int) -> Padded:
    """Return `rows` as one batch padded on the left with `pad_id`."""
    width = max(len(row) for row in rows)
    token_ids = numpy.full((len(rows), width), pad_id, dtype=numpy.int64)
    mask = numpy.zeros((len(rows), width), dtype=numpy.int64)
    positions = numpy.zeros((len(rows), width), dtype=numpy.int64)
    for number, row in enumerate(rows):
        start = width - len(row)
        token_ids[number, start:] = row
        mask[number, start:] = 1
        positions[number, start:] = numpy.arange(len(row))
    return Padded(token_ids, mask, positions)
