"""The order-free judge: both candidates in one pass of a language model that cannot know which was shown first.

The candidates stand at the same positions and do not see each other. Behind them the same question stands twice: one
read-out sees candidate A first and B behind it, the other B first and A behind it, by turning the keys of the one that
comes second. P(A) is the logistic function of how much more the first says "A" than the second does. Exchanging the
candidates exchanges the two read-outs, and so negates the difference.

The design is ours; the paper's classifier reads the two candidates in a row (section 2.1) and has a position bias.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from transformers import PreTrainedModel

from codefavor.judges.format import ORDER_FREE_FORMAT, OrderFreeTokens, encode_order_free
from codefavor.judges.one_order import one_order
from codefavor.judges.probability import antisymmetric_sigmoid, verdict_from
from codefavor.judges.trained.encoding import encode_all
from codefavor.judges.trained.letters import LetterInput, LetterJudge
from codefavor.models.parallel_inference import batch_tokens, read_side_by_side
from codefavor.models.prefix_tree import Segment, Tree, View, batches_of, flatten, tokens_in
from codefavor.models.segment_attention import logits_at
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Cost, Verdict

_HEAD, _CODE_A, _CODE_B = range(3)


def side_by_side(tokens: OrderFreeTokens) -> Tree:
    """Return the comparison as segments: what both see, A, B, the read-out for A and the read-out for B."""
    start = len(tokens.head)
    slot = max(len(tokens.code_a), len(tokens.code_b))
    head = (View(_HEAD),)
    question_start = start + 2 * slot
    return (
        Segment(tokens.head),
        Segment(tokens.code_a, start, head),
        Segment(tokens.code_b, start, head),
        Segment(tokens.question, question_start, (*head, View(_CODE_A), View(_CODE_B, slot))),
        Segment(tokens.question, question_start, (*head, View(_CODE_B), View(_CODE_A, slot))),
    )


class OrderFreeInput(LetterInput):
    """Comparisons as inputs that show both candidates side by side."""

    def encode(self, comparison: Comparison) -> tuple[OrderFreeTokens, bool]:
        """Return the comparison as tokens, and whether something was cut.

        Raises:
            ConfigError: the criterion alone does not fit.
        """
        return encode_order_free(comparison, self._chat, self._text, self._max_length)


def order_free_margins(model: PreTrainedModel, trees: Sequence[Tree], verdicts: tuple[int, int]) -> torch.Tensor:
    """Return how much A is preferred in every comparison, of shape (comparisons,); above zero means A."""
    flat = flatten(trees)
    logits = logits_at(model, flat, [end - 1 for ends in flat.ends for end in ends[-2:]])
    token_a, token_b = verdicts
    preferences = (logits[:, token_a] - logits[:, token_b]).view(-1, 2)
    return preferences[:, 0] - preferences[:, 1]


class _OrderFreeRow(NamedTuple):
    """A comparison as it is read."""

    place: int
    """Its place among the comparisons."""
    tree: Tree

    @property
    def tokens(self) -> int:
        return tokens_in(self.tree)


class OrderFreeJudge(LetterJudge[OrderFreeInput]):
    """Answers with the candidate that is preferred when both are read side by side; both orders are one reading."""

    objective = "order-free"
    input_format = ORDER_FREE_FORMAT
    input_class = OrderFreeInput
    order_invariant = True

    @one_order
    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison, in their order."""
        trees, verdicts = encode_all(
            comparisons, lambda comparison: side_by_side(self._inputs.encode(comparison)[0]), self.name
        )
        rows = [_OrderFreeRow(place, tree) for place, tree in trees.items()]
        longest_first = sorted(rows, key=lambda row: -row.tokens)
        batches = list(batches_of(longest_first, batch_tokens(self._model.device)))
        for batch, answered in read_side_by_side(batches, self._margins, self._model.device):
            for row, margin in zip(batch, answered.answers, strict=True):
                cost = Cost(seconds=answered.seconds / len(batch), input_tokens=row.tokens, output_tokens=0)
                prob_a = antisymmetric_sigmoid(margin / self._temperature)
                verdicts[row.place] = verdict_from(prob_a, comparisons[row.place], self.name, cost)
        return [verdicts[place] for place in range(len(comparisons))]

    def _margins(self, batch: Sequence[_OrderFreeRow]) -> list[float]:
        margins: list[float] = order_free_margins(self._model, [row.tree for row in batch], (0, 1)).tolist()
        return margins
