"""Batches read side by side: a thread for each core, each with its own core's arithmetic, all on the same weights.

One product spread over all cores waits for the slowest of them at every operation, and what lies between the products
is done on one; batches that know nothing of each other wait for nothing.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, NamedTuple, TypeVar

import torch

BatchT = TypeVar("BatchT")
AnswerT = TypeVar("AnswerT")

_CORE_TOKENS = 512
_ACCELERATOR_TOKENS = 4096


def batch_tokens(device: torch.device) -> int:
    """Return how many tokens make a good batch: a core's cache holds what is made of few, an accelerator wants many."""
    return _CORE_TOKENS if device.type == "cpu" else _ACCELERATOR_TOKENS


class Answered(NamedTuple, Generic[AnswerT]):
    """What was read of one batch."""

    answers: list[AnswerT]
    """What the reader returned."""
    seconds: float
    """Its share of the time of all cores together."""


def read_side_by_side(
    batches: Sequence[BatchT], read: Callable[[BatchT], list[AnswerT]], device: torch.device
) -> Iterator[tuple[BatchT, Answered[AnswerT]]]:
    """Yield every batch with what `read` makes of it, in order.

    On a CPU there are as many readers as torch may use threads, at most one a batch, and they share those; an
    accelerator has one. `read` runs in inference mode, in several threads at a time.
    """
    cores = torch.get_num_threads()
    readers = min(cores, len(batches)) if device.type == "cpu" else 1

    def answered(batch: BatchT) -> Answered[AnswerT]:
        started = time.perf_counter()
        with torch.inference_mode():
            answers = read(batch)
        return Answered(answers, (time.perf_counter() - started) / readers)

    if readers <= 1:
        yield from ((batch, answered(batch)) for batch in batches)
        return
    try:
        with ThreadPoolExecutor(readers, "reader", torch.set_num_threads, (cores // readers,)) as pool:
            yield from zip(batches, pool.map(answered, batches), strict=True)
    finally:
        # Part of this setting holds for the whole process.
        torch.set_num_threads(cores)
