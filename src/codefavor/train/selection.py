"""Which pairs a run learns from: all of its files, or a mixture in given shares, up to a number.

Problems stay whole: their pairs are taken together or not at all, so that smaller sets are subsets of larger ones.
"""

from collections.abc import Sequence
from random import Random

from codefavor.errors import ConfigError, DataError
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import TrainConfig


def select_pairs(sources: Sequence[Sequence[PreferencePair]], config: TrainConfig) -> list[PreferencePair]:
    """Return the pairs to learn from, in the order of their files.

    Args:
        sources: the pairs of each file.
        config: its shares, `max_pairs` and seed.

    Raises:
        ConfigError: there is not one share a file.
        DataError: a file that has a share holds no pairs.
    """
    chosen: list[PreferencePair] = []
    for number, (pairs, count) in enumerate(zip(sources, _counts(sources, config), strict=True)):
        chosen += pairs if count is None else _whole_groups(pairs, count, Random(f"{config.seed}:{number}"))
    return chosen


def _counts(sources: Sequence[Sequence[PreferencePair]], config: TrainConfig) -> list[int | None]:
    total = sum(map(len, sources))
    shares = config.shares
    if shares is None:
        if config.max_pairs is None or total <= config.max_pairs:
            return [None] * len(sources)
        shares = tuple(len(pairs) / total for pairs in sources)
    if len(shares) != len(sources):
        raise ConfigError(f"{len(shares)} shares for {len(sources)} files of pairs: give one a file, in their order")
    if any(share and not pairs for share, pairs in zip(shares, sources, strict=True)):
        raise DataError("a file of pairs that is to have a share of the mixture holds none")
    parts = [share / sum(shares) for share in shares]
    # The scarcest file sets the size, since no pair is taken twice.
    size = min(len(pairs) / part for part, pairs in zip(parts, sources, strict=True) if part)
    size = min(size, config.max_pairs or size)
    return [int(part * size + 1e-9) for part in parts]


def _whole_groups(pairs: Sequence[PreferencePair], count: int, rng: Random) -> list[PreferencePair]:
    groups: dict[tuple[str, str], list[PreferencePair]] = {}
    for pair in pairs:
        groups.setdefault((pair.provenance.source, pair.provenance.source_id), []).append(pair)
    taken: set[tuple[str, str]] = set()
    left = count
    for group in rng.sample(list(groups), len(groups)):
        if len(groups[group]) > left:
            break
        taken.add(group)
        left -= len(groups[group])
    return [pair for pair in pairs if (pair.provenance.source, pair.provenance.source_id) in taken]
