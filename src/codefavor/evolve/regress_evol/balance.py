"""Balancing by length: a selection in which neither "shorter" nor "longer" tells the better code.

Within every band of relative change, as many rejected codes are longer than their chosen code as are shorter, so that
not even a judge that reads the size of the difference gains by it. Dropped pairs are discards with this stage.
"""

import math
from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from random import Random

from codefavor.pairs.pair import PreferencePair

BANDS = (0.05, 0.15, 0.4)
"""Upper edges of the bands of relative change in length; the last band is open."""
MAX_RELATIVE_CHANGE = 1.0
"""The largest relative change in length that a pair may have."""


def relative_change(pair: PreferencePair) -> float:
    """Return how much longer the rejected code is, as the natural logarithm of the ratio of the lengths."""
    return math.log(len(pair.rejected) / len(pair.chosen))


def balanced(pairs: Sequence[PreferencePair], max_pairs: int | None, rng: Random) -> list[PreferencePair]:
    """Return at most `max_pairs` of `pairs` in order, balanced by length, operators kept as even as that allows."""
    sides: dict[tuple[int, bool], list[PreferencePair]] = defaultdict(list)
    equal: list[PreferencePair] = []
    for pair in rng.sample(pairs, len(pairs)):
        change = relative_change(pair)
        if change:
            sides[bisect_left(BANDS, abs(change)), change > 0].append(pair)
        else:
            equal.append(pair)
    kept: list[PreferencePair] = []
    counts: Counter[str] = Counter()
    queues = [deque(_matched(sides[band, True], sides[band, False], counts)) for band in range(len(BANDS) + 1)]
    queues.append(deque((pair,) for pair in equal))
    while queues and (max_pairs is None or len(kept) < max_pairs):
        queues = [queue for queue in queues if queue]
        for queue in queues:
            kept.extend(queue.popleft())
    ids = {pair.id for pair in (kept if max_pairs is None else kept[:max_pairs])}
    return [pair for pair in pairs if pair.id in ids]


def _matched(
    longer: list[PreferencePair], shorter: list[PreferencePair], counts: Counter[str]
) -> Iterator[tuple[PreferencePair, ...]]:
    """Yield one longer and one shorter pair at a time, the operator kept least often first on either side."""
    yield from zip(_evenly(longer, counts), _evenly(shorter, counts), strict=False)


def _evenly(pairs: list[PreferencePair], counts: Counter[str]) -> Iterator[PreferencePair]:
    by_operator: dict[str, deque[PreferencePair]] = defaultdict(deque)
    for pair in pairs:
        by_operator[pair.provenance.method].append(pair)
    while by_operator:
        method = min(by_operator, key=lambda name: (counts[name], name))
        counts[method] += 1
        yield by_operator[method].popleft()
        if not by_operator[method]:
            del by_operator[method]
