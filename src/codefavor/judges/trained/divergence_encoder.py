"""Where two candidates diverge, as a language model reads them: the states at what only one of them has.

A token counts where it ends a run of five tokens that the other candidate has nowhere; equal runs count once. So code
that was moved or repeated does not count, and neither does what both have. Each candidate is read by itself, a common
prefix once.
"""

from collections.abc import Iterator, Sequence
from os.path import commonprefix
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import embedding_bag
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from codefavor.judges.one_order import in_one_order
from codefavor.models.parallel_inference import batch_tokens, read_side_by_side
from codefavor.models.precision import Precision, in_precision, keep_freed_memory
from codefavor.models.prefix_tree import Segment, Tree, View, batches_of, flatten, tokens_in
from codefavor.models.pretrained import load_tokenizer, load_weights
from codefavor.models.segment_attention import read_by_segments, states_at
from codefavor.pairs.comparison import Comparison

RUN = 5
"""How many tokens make a run. Runs of 1 to 5 and whole codes were tried; docs/experiments.md has the figures."""
OPENING = "<code>\n"
"""What stands before a candidate."""


class Divergence(NamedTuple):
    """The difference of the states of one comparison."""

    states: NDArray[np.float32]
    """The sum of A's states minus that of B's, over the root of their number, of shape (width,); zeros where neither
    has anything of its own."""
    tokens: int
    """The tokens that were read."""
    seconds: float
    """The time that took."""


def stacked(divergences: Sequence[Divergence], width: int) -> NDArray[np.float32]:
    """Return the states of every comparison, of shape (comparisons, width)."""
    return np.array([divergence.states for divergence in divergences], np.float32).reshape(len(divergences), width)


def _negated(divergence: Divergence, comparison: Comparison) -> Divergence:
    return divergence._replace(states=-divergence.states)


def _free(divergence: Divergence) -> Divergence:
    return divergence._replace(tokens=0, seconds=0.0)


class _DivergenceRow(NamedTuple):
    """A comparison as it is read."""

    place: int
    """Its place among the comparisons."""
    tree: Tree
    """What both begin with, the rest of A, the rest of B."""
    own: tuple[tuple[int, ...], tuple[int, ...]]
    """The places of A and of B that count, from where they diverge."""

    @property
    def tokens(self) -> int:
        return tokens_in(self.tree)


class DivergenceEncoder:
    """Reads comparisons with a language model that has no output layer."""

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, max_length: int) -> None:
        """Read at most `max_length` tokens of a candidate."""
        model.eval()  # type: ignore[no-untyped-call]
        self._model = read_by_segments(model)
        self._tokenizer = tokenizer
        self._opening = self._tokens(OPENING)
        self._max_length = max_length

    @classmethod
    def load(cls, model: str | Path, layers: int | None, max_length: int, precision: Precision) -> Self:
        """Return a reader with the lowest `layers` of `model`, or all.

        Raises:
            ModelError: there is no such model.
            ConfigError: it has fewer layers, or the precision is not available here.
        """
        keep_freed_memory()
        weights = in_precision(load_weights(model, "backbone", layers), precision)
        return cls(weights, load_tokenizer(model), max_length)

    @property
    def width(self) -> int:
        """The length of a state."""
        return int(self._model.config.hidden_size)

    def read(self, comparisons: Sequence[Comparison]) -> list[Divergence]:
        """Return the difference of the states of every comparison; exchanging the candidates negates it exactly."""
        return in_one_order(comparisons, self._read_all, _negated, _free)

    def _read_all(self, comparisons: Sequence[Comparison]) -> list[Divergence]:
        rows = [
            _row_of(place, self._row(comparison.code_a), self._row(comparison.code_b))
            for place, comparison in enumerate(comparisons)
        ]
        divergences: dict[int, Divergence] = {}
        longest_first = sorted(rows, key=lambda row: -row.tokens)
        device = self._model.device
        batches = list(batches_of(longest_first, batch_tokens(device)))
        for batch, answered in read_side_by_side(batches, self._states, device):
            for row, states in zip(batch, answered.answers, strict=True):
                divergences[row.place] = Divergence(states, row.tokens, answered.seconds / len(batch))
        return [divergences[place] for place in range(len(comparisons))]

    def cuts(self, comparison: Comparison) -> bool:
        """Return whether a candidate is longer than what is read of it."""
        return any(
            len(self._opening) + len(self._tokens(code)) > self._max_length
            for code in (comparison.code_a, comparison.code_b)
        )

    def _row(self, code: str) -> tuple[int, ...]:
        return (self._opening + self._tokens(code))[: self._max_length]

    def _tokens(self, text: str) -> tuple[int, ...]:
        return tuple(self._tokenizer.encode(text, add_special_tokens=False))

    def _states(self, batch: Sequence[_DivergenceRow]) -> list[NDArray[np.float32]]:
        flat = flatten([row.tree for row in batch])
        places: list[int] = []
        weights: list[float] = []
        begins: list[int] = []
        for row, (shared, end_a, _) in zip(batch, flat.ends, strict=True):
            begins.append(len(places))
            own_a, own_b = row.own
            places += [shared + place for place in own_a] + [end_a + place for place in own_b]
            share = max(1, len(own_a) + len(own_b)) ** -0.5
            weights += [share] * len(own_a) + [-share] * len(own_b)
        states = states_at(self._model, flat, places)
        indices, offsets = torch.arange(len(places)), torch.tensor(begins)
        summed = embedding_bag(
            indices.to(states.device),
            states,
            offsets.to(states.device),
            mode="sum",
            per_sample_weights=torch.tensor(weights).to(states.device),
        )
        return list(summed.cpu().numpy())


def own_places(tokens: Sequence[int], other: Sequence[int]) -> list[int]:
    """Return where each run of `tokens` that `other` has nowhere ends for the first time."""
    known = set(_runs(other))
    ends: dict[tuple[int, ...], int] = {}
    for end, run in enumerate(_runs(tokens), start=RUN - 1):
        if run not in known:
            ends.setdefault(run, end)
    return list(ends.values())


def _runs(tokens: Sequence[int]) -> Iterator[tuple[int, ...]]:
    return zip(*(tokens[start:] for start in range(RUN)), strict=False)


def _row_of(place: int, row_a: tuple[int, ...], row_b: tuple[int, ...]) -> _DivergenceRow:
    # A run that ends in what both begin with is in both, so that every place that counts lies behind it. The rest of
    # either has a token at least: one may end where the other goes on.
    shared = min(len(commonprefix([row_a, row_b])), len(row_a) - 1, len(row_b) - 1)
    behind = (View(0),)
    rest_a, rest_b = Segment(row_a[shared:], shared, behind), Segment(row_b[shared:], shared, behind)
    own_a, own_b = (
        tuple(end - shared for end in own_places(one, other)) for one, other in ((row_a, row_b), (row_b, row_a))
    )
    return _DivergenceRow(place, (Segment(row_a[:shared]), rest_a, rest_b), (own_a, own_b))
