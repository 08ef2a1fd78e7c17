"""Pairs as they are learned from, whatever the objective: with their comments or without. No torch."""

from collections.abc import Iterable, Iterator

from codefavor.judges.card import CommentPolicy
from codefavor.languages.python.strip import strip_comments
from codefavor.pairs.pair import PreferencePair


def prepared(pairs: Iterable[PreferencePair], comments: CommentPolicy) -> Iterator[PreferencePair]:
    """Yield the pairs as they are learned: where comments are stripped, those that only differ in them are left out."""
    for pair in pairs:
        kept = strip_pair(pair) if comments == "stripped" else pair
        if kept is not None:
            yield kept


def strip_pair(pair: PreferencePair) -> PreferencePair | None:
    """Return the pair with comments and docstrings stripped from both codes, or None where only these differed."""
    chosen, rejected = strip_comments(pair.chosen).code, strip_comments(pair.rejected).code
    return None if chosen == rejected else pair.model_copy(update={"chosen": chosen, "rejected": rejected})
