"""One pair out of a stream: by place, by id, or at random."""

import random
from collections.abc import Iterable
from itertools import islice

from codefavor.pairs.pair import PreferencePair


def pair_at(pairs: Iterable[PreferencePair], place: int) -> PreferencePair | None:
    """Return the pair at `place`, the first being 1; None where the stream is shorter."""
    return next(islice(pairs, place - 1, None), None)


def pair_with_id(pairs: Iterable[PreferencePair], beginning: str) -> PreferencePair | None:
    """Return the first pair whose id begins with `beginning`."""
    return next((pair for pair in pairs if pair.id.startswith(beginning)), None)


def random_pair(pairs: Iterable[PreferencePair], rng: random.Random) -> PreferencePair | None:
    """Return a pair drawn evenly without holding the stream in memory; None where it is empty."""
    drawn = None
    for seen, pair in enumerate(pairs, start=1):
        if rng.randrange(seen) == 0:
            drawn = pair
    return drawn
