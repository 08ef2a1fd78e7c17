"""Pairs as every objective trains on them: as a judge will see them. No torch."""

from collections.abc import Iterable, Iterator

from codefavor.pairs.pair import PreferencePair
from codefavor.pairs.presentation import CommentPolicy, present_pair


def preprocess(pairs: Iterable[PreferencePair], comments: CommentPolicy) -> Iterator[PreferencePair]:
    """Yield the pairs as a judge would be shown them; those whose codes it would see as the same are left out."""
    for pair in pairs:
        presented = present_pair(pair, comments)
        if presented is not None:
            yield presented
