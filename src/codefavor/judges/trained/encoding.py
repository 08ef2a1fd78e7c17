"""Comparisons as inputs of a judge; those that do not fit are undecided with the reason."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from codefavor.errors import ConfigError
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Verdict

EncodedT = TypeVar("EncodedT")


def encode_all(
    comparisons: Sequence[Comparison], encode: Callable[[Comparison], EncodedT], judge: str
) -> tuple[dict[int, EncodedT], dict[int, Verdict]]:
    """Return what `encode` makes of comparisons, by their place, and the verdicts on those that it refuses."""
    encoded: dict[int, EncodedT] = {}
    refused: dict[int, Verdict] = {}
    for place, comparison in enumerate(comparisons):
        try:
            encoded[place] = encode(comparison)
        except ConfigError as error:
            refused[place] = Verdict(comparison=comparison.digest(), judge=judge, undecided=str(error))
    return encoded, refused
