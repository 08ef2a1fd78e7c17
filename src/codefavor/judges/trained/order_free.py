"""The order-free judge: both candidates in one pass of a language model that cannot know which was shown first.

The candidates stand at the same positions and do not see each other. Behind them the same question is asked twice: one
read-out sees candidate A first and B behind it, the other B first and A behind it, by turning the keys of the one that
comes second. P(A) is the logistic function of how much more the first says "A" than the second does. Exchanging the
candidates exchanges the two read-outs, and so negates the difference.

The design is ours; the paper's classifier reads the two candidates in a row (section 2.1) and has a position bias.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Self

import torch
from transformers import PreTrainedModel

from codefavor.errors import ConfigError
from codefavor.judges.card import read_card, require
from codefavor.judges.format import APART_FORMAT, DEFAULT_MAX_LENGTH, Apart, encode_apart
from codefavor.judges.one_order import one_order
from codefavor.judges.probability import antisymmetric_sigmoid, verdict_from
from codefavor.judges.trained.classification import LetterInput
from codefavor.models.adapter import load_language_model
from codefavor.models.parallel_inference import batch_tokens, read_side_by_side
from codefavor.models.precision import Precision, in_precision, keep_freed_memory, named
from codefavor.models.prefix_tree import Segment, Tree, View, batches_of, flatten, tokens_in
from codefavor.models.pretrained import load_tokenizer
from codefavor.models.segment_attention import logits_at, read_by_segments
from codefavor.models.verdict_head import only_tokens
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Cost, Verdict

_HEAD, _CODE_A, _CODE_B = range(3)


def side_by_side(apart: Apart) -> Tree:
    """Return the comparison as segments: what both see, A, B, the read-out for A and the read-out for B."""
    start = len(apart.head)
    slot = max(len(apart.code_a), len(apart.code_b))
    head = (View(_HEAD),)
    asked = start + 2 * slot
    return (
        Segment(apart.head),
        Segment(apart.code_a, start, head),
        Segment(apart.code_b, start, head),
        Segment(apart.question, asked, (*head, View(_CODE_A), View(_CODE_B, slot))),
        Segment(apart.question, asked, (*head, View(_CODE_B), View(_CODE_A, slot))),
    )


class ApartInput(LetterInput):
    """Comparisons as inputs that show both candidates side by side."""

    def encode(self, shown: Comparison) -> tuple[Apart, bool]:
        """Return the comparison as tokens, and whether something was cut.

        Raises:
            ConfigError: the criterion alone does not fit.
        """
        return encode_apart(shown, self._chat, self._text, self._max_length)


def order_free_margins(model: PreTrainedModel, trees: Sequence[Tree], verdicts: tuple[int, int]) -> torch.Tensor:
    """Return how much A is preferred in every comparison, of shape (comparisons,); above zero means A."""
    flat = flatten(trees)
    logits = logits_at(model, flat, [end - 1 for ends in flat.ends for end in ends[-2:]])
    token_a, token_b = verdicts
    said = (logits[:, token_a] - logits[:, token_b]).view(-1, 2)
    return said[:, 0] - said[:, 1]


class _Row(NamedTuple):
    """A comparison as it is read."""

    place: int
    """Its place among those asked."""
    tree: Tree

    @property
    def tokens(self) -> int:
        return tokens_in(self.tree)


class OrderFreeJudge:
    """Answers with the candidate that is preferred when both are read side by side; both orders are one reading."""

    order_invariant = True

    def __init__(self, name: str, model: PreTrainedModel, inputs: ApartInput, temperature: float = 1.0) -> None:
        """Judge with `model`; the margin is divided by `temperature`."""
        self.name = name
        model.eval()  # type: ignore[no-untyped-call]
        self._model = read_by_segments(only_tokens(model, inputs.verdicts))
        self._inputs = inputs
        self._temperature = temperature

    @classmethod
    def load(cls, folder: Path, precision: Precision = "fp32") -> Self:
        """Return the judge that `codefavor train --objective order-free` wrote into `folder`.

        Raises:
            ModelError: the folder holds no order-free judge.
            ConfigError: the precision cannot be had here.
        """
        keep_freed_memory()
        card = read_card(folder)
        require(folder, card, "order-free", APART_FORMAT)
        inputs = ApartInput(load_tokenizer(folder), card.max_length or DEFAULT_MAX_LENGTH)
        model = in_precision(load_language_model(folder, card.base_model, adapter=card.adapter), precision)
        return cls(named(folder, precision), model, inputs, card.temperature)

    @one_order
    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison, in their order."""
        verdicts: dict[int, Verdict] = {}
        rows: list[_Row] = []
        for place, shown in enumerate(comparisons):
            try:
                rows.append(_Row(place, side_by_side(self._inputs.encode(shown)[0])))
            except ConfigError as error:
                verdicts[place] = Verdict(comparison=shown.digest(), judge=self.name, choice=None, undecided=str(error))
        longest_first = sorted(rows, key=lambda row: -row.tokens)
        batches = list(batches_of(longest_first, batch_tokens(self._model.device)))
        for batch, answered in read_side_by_side(batches, self._margins, self._model.device):
            for row, margin in zip(batch, answered.answers, strict=True):
                cost = Cost(seconds=answered.seconds / len(batch), input_tokens=row.tokens, output_tokens=0)
                prob_a = antisymmetric_sigmoid(margin / self._temperature)
                verdicts[row.place] = verdict_from(prob_a, comparisons[row.place], self.name, cost)
        return [verdicts[place] for place in range(len(comparisons))]

    def _margins(self, batch: Sequence[_Row]) -> list[float]:
        margins: list[float] = order_free_margins(self._model, [row.tree for row in batch], (0, 1)).tolist()
        return margins
