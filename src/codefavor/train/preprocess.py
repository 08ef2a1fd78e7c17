"""Pairs as they are learned from, whatever the objective: as a judge will be shown them. No torch."""

from collections.abc import Iterable, Iterator

from codefavor.pairs.criterion import Wording, worded
from codefavor.pairs.pair import PreferencePair
from codefavor.pairs.presentation import CommentPolicy, present_pair


def preprocess(
    pairs: Iterable[PreferencePair], comments: CommentPolicy, wording: Wording = "given"
) -> Iterator[PreferencePair]:
    """Yield the pairs as a judge is shown them; those whose codes it would see as the same are left out.

    Args:
        pairs: the pairs.
        comments: whether comments are stripped, which the pair's own criterion decides, as in a benchmark.
        wording: the criterion that the judge reads in its place.
    """
    for pair in pairs:
        presented = present_pair(pair, comments)
        if presented is not None:
            yield presented.model_copy(update={"criterion": worded(pair.criterion, wording)})
