"""The generation objective: the reply to both candidates, feedback and result line, is what is learned.

The loss sees the reply alone, and only its places go through the output layer.
Paper: section 2.1, the generation design.
"""

from collections.abc import Iterable, Sequence

import torch
from torch.nn.functional import cross_entropy
from transformers import PreTrainedTokenizerBase

from codefavor.judges.generation_format import GENERATION_FORMAT, address, fit_feedback, render_reply
from codefavor.judges.trained.generation import DialogueInput
from codefavor.models.prefix_tree import families, flatten, row_ends
from codefavor.models.pretrained import WeightsLoader, load_weights
from codefavor.models.segment_attention import logits_at
from codefavor.pairs.comparison import Side
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import GenerationConfig
from codefavor.train.examples import ExampleSet, ReplyExample, reply_examples
from codefavor.train.learner import Loss, TokenLearner


class GenerationLearner(TokenLearner[GenerationConfig, DialogueInput]):
    """The paper's generator: cross-entropy of the reply's tokens, every example counting alike."""

    input_format = GENERATION_FORMAT

    @staticmethod
    def _make_inputs(tokenizer: PreTrainedTokenizerBase, config: GenerationConfig) -> DialogueInput:
        return DialogueInput(tokenizer, config.max_length, config.max_new_tokens)

    def __init__(self, config: GenerationConfig, load: WeightsLoader = load_weights) -> None:
        """Load the base model with `load`; see `TokenLearner`."""
        super().__init__(config, load)
        self._longest_reply = config.max_new_tokens

    def examples(self, pairs: Iterable[PreferencePair]) -> ExampleSet[ReplyExample]:
        """Return two examples a pair, one in each order."""
        return reply_examples(pairs, self._comments, self._inputs.encode, self._encode_reply)

    def loss(self, batch: Sequence[ReplyExample]) -> Loss:
        """Return the mean cross-entropy of each reply's tokens, summed over the examples.

        An example counts as right where the model prefers its reply to the one that says the same of the other side,
        at the place where these two part: what follows there is given away by what was said.
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

        def encode(said: str | None) -> list[int]:
            return [*replies.encode(render_reply(said, side)), replies.end]

        addressed = address(feedback, side)
        fitting = fit_feedback(addressed, lambda said: len(encode(said)) <= self._longest_reply)
        return encode(fitting), fitting != addressed

    def _reply_logits(self, rows: list[list[int]], lengths: list[int]) -> tuple[torch.Tensor, list[int]]:
        """Return the logits over the vocabulary of the replies' places, one reply after the other, and whose they are.

        A reply of so many tokens has as many places at the end of its row, where each of its tokens is foretold.
        """
        found = families(rows, own=lengths)
        flat = flatten([family.tree for family in found])
        order = [row for family in found for row in family.rows]
        ends = zip(order, row_ends(found, flat), strict=True)
        places = [place for row, end in ends for place in range(end - lengths[row], end)]
        return logits_at(self.language_model, flat, places), order


def _is_right(example: ReplyExample, logits: torch.Tensor) -> bool:
    there = logits[example.parting]
    return bool(there[example.reply[example.parting]] > there[example.other])
