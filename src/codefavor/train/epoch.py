"""The batches of one pass over the examples: of like length, in an order drawn anew each time. No torch."""

import random
from collections.abc import Iterator, Sequence

from codefavor.train.examples import ExampleT

_POOL_BATCHES = 50
"""Batches whose examples are sorted by length together: enough for like lengths, few enough to stay random."""


def epoch_batches(examples: Sequence[ExampleT], batch_size: int, seed: int, epoch: int) -> Iterator[list[ExampleT]]:
    """Yield every example once in batches of like length; the order depends on nothing but the seed and the epoch.

    The examples of one pair stay together, also where `batch_size` is less than that.
    """
    rng = random.Random(f"{seed}:{epoch}")
    size = examples[0].siblings if examples else 1
    groups = [examples[start : start + size] for start in range(0, len(examples), size)]
    order = rng.sample(groups, len(groups))
    batches: list[list[ExampleT]] = []
    width = max(1, batch_size // size)
    pool = width * _POOL_BATCHES
    for start in range(0, len(order), pool):
        alike = sorted(order[start : start + pool], key=lambda group: max(example.length for example in group))
        for first in range(0, len(alike), width):
            batches.append([example for group in alike[first : first + width] for example in group])
    rng.shuffle(batches)
    yield from batches
