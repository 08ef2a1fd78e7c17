"""Splits by group: pairs of one problem stay on one side, and appending pairs moves none that was there.

Each group's side depends on the seed and its own name alone, so shares are met on average and not exactly.
"""

import hashlib
from collections.abc import Iterable, Iterator

from codefavor.errors import ConfigError
from codefavor.pairs.pair import PreferencePair


def check_ratio(ratio: float) -> None:
    """Refuse a share that leaves one side empty by design.

    Raises:
        ConfigError: `ratio` is not between 0 and 1.
    """
    if not 0 < ratio < 1:
        raise ConfigError(f"ratio {ratio}: a share between 0 and 1 was expected, such as 0.9")


def in_first(group: str, ratio: float, seed: int) -> bool:
    """Return whether a group belongs to the first side, which gets a share of about `ratio` of all groups."""
    drawn = hashlib.sha256(f"{seed}:{group}".encode()).digest()[:8]
    return int.from_bytes(drawn) < ratio * 2**64


def side_of_split(pairs: Iterable[PreferencePair], first: bool, ratio: float, seed: int) -> Iterator[PreferencePair]:
    """Yield the pairs of the first or of the second side, in their order."""
    return (pair for pair in pairs if in_first(pair.provenance.group, ratio, seed) == first)
