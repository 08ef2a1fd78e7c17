"""The generation objective: cross-entropy of the reply, feedback and result line.

The loss sees the reply alone, and only its places go through the output layer.
Paper: section 2.1, the generation design.
"""

from collections.abc import Iterable, Sequence

import torch
from torch.nn.functional import cross_entropy
from transformers import PreTrainedTokenizerBase

from codefavor.judges.generation_format import GENERATION_FORMAT, address, fit_feedback, render_reply
from codefavor.judges.trained.generation import DialogueInput
from codefavor.models.prefix_tree import build_prefix_trees, flatten, row_ends
from codefavor.models.pretrained import WeightsLoader, load_weights
from codefavor.models.segment_attention import logits_at
from codefavor.pairs.comparison import Side
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import GenerationTrainConfig
from codefavor.train.examples import ExampleSet, ReplyExample, reply_examples
from codefavor.train.learner import Loss, TokenLearner
from codefavor.train.preprocess import preprocess


class GenerationLearner(TokenLearner[GenerationTrainConfig, DialogueInput]):
    """The paper's generator: cross-entropy of the reply's tokens, every example counting alike."""

    input_format = GENERATION_FORMAT

    @staticmethod
    def _make_inputs(tokenizer: PreTrainedTokenizerBase, config: GenerationTrainConfig) -> DialogueInput:
        return DialogueInput(tokenizer, config.max_length, config.max_new_tokens)

    def __init__(self, config: GenerationTrainConfig, load: WeightsLoader = load_weights) -> None:
        """Load the base model with `load`; see `TokenLearner`."""
        super().__init__(config, load)
        self._longest_reply = config.max_new_tokens

    def examples(self, pairs: Iterable[PreferencePair]) -> ExampleSet[ReplyExample]:
        """Return two examples a pair, one in each order."""
        return reply_examples(
            preprocess(pairs, self._config.comments, self._config.wording), self._inputs.encode, self._encode_reply
        )

    def loss(self, batch: Sequence[ReplyExample]) -> Loss:
        """Return the mean cross-entropy of each reply's tokens, summed over the examples.

        An example counts as right where the model prefers its reply to the same reply for the other side, at the first
        token that differs: later tokens follow from that one.
        """
        rows = [[*example.prompt, *example.reply[:-1]] for example in batch]
        logits, order = self._reply_logits(rows, [len(example.reply) for example in batch])
        replies = [batch[row].reply for row in order]
        targets = torch.tensor([token for reply in replies for token in reply]).to(logits.device)
        losses = cross_entropy(logits, targets, reduction="none")
        lengths = [len(reply) for reply in replies]
        total = torch.stack([one.mean() for one in torch.split(losses, lengths)]).sum()
        right = sum(_is_right(batch[row], own) for row, own in zip(order, torch.split(logits, lengths), strict=True))
        return Loss(total, right, sum(map(len, rows)))

    def _encode_reply(self, feedback: str | None, side: Side) -> tuple[list[int], bool]:
        replies = self._inputs.replies

        def encode(feedback_text: str | None) -> list[int]:
            return [*replies.encode(render_reply(feedback_text, side)), replies.end]

        addressed = address(feedback, side)
        fitting = fit_feedback(addressed, lambda feedback_text: len(encode(feedback_text)) <= self._longest_reply)
        return encode(fitting), fitting != addressed

    def _reply_logits(self, rows: list[list[int]], lengths: list[int]) -> tuple[torch.Tensor, list[int]]:
        """Return the logits over the vocabulary of the replies' places, one reply after the other, and whose they are.

        A reply of so many tokens has as many places at the end of its row, where its tokens are predicted.
        """
        trees = build_prefix_trees(rows, own=lengths)
        flat = flatten([tree.segments for tree in trees])
        order = [row for tree in trees for row in tree.rows]
        ends = zip(order, row_ends(trees, flat), strict=True)
        places = [place for row, end in ends for place in range(end - lengths[row], end)]
        return logits_at(self.language_model, flat, places), order


def _is_right(example: ReplyExample, logits: torch.Tensor) -> bool:
    there = logits[example.first_difference]
    return bool(there[example.reply[example.first_difference]] > there[example.other])
