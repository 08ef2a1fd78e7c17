"""The generation objective: the reply to both candidates, feedback and result line, is what is learned.

The loss sees the reply alone, and only its places go through the output layer.
Paper: section 2.1, the generation design.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
from torch import nn
from torch.nn.functional import cross_entropy

from codefavor.judge.batches import pad_left
from codefavor.judge.generation import DialogueInput
from codefavor.judge.generation_format import GENERATION_FORMAT, address, fit_feedback, render_reply
from codefavor.judge.pretrained import WeightsLoader, load_tokenizer, load_weights
from codefavor.llm.embedded import resolve_model
from codefavor.pairs.comparison import Side
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import TrainConfig
from codefavor.train.examples import ExampleSet, ReplyExample, reply_examples
from codefavor.train.objectives import Loss, base_weights

_NOT_LEARNED = -100
"""The target of places that the loss does not see."""


class GenerationLearner:
    """The paper's generator: cross-entropy of the reply's tokens, every example counting alike."""

    input_format = GENERATION_FORMAT
    head: nn.Module | None = None

    def __init__(self, config: TrainConfig, load: WeightsLoader = load_weights) -> None:
        """Load the base model with `load`.

        Raises:
            ModelError: it cannot be loaded.
            ConfigError: its tokenizer has no single token for a verdict.
        """
        self._tokenizer = load_tokenizer(resolve_model(config.model))
        self._inputs = DialogueInput(self._tokenizer, config.max_length, config.max_new_tokens)
        self._comments = config.comments
        self._longest_reply = config.max_new_tokens
        self.language_model = base_weights(config, load)

    @property
    def root(self) -> nn.Module:
        """The language model."""
        return self.language_model

    def examples(self, pairs: Iterable[PreferencePair]) -> ExampleSet[ReplyExample]:
        """Return two examples a pair, one in each order."""
        return reply_examples(pairs, self._comments, self._inputs.encode, self._encode_reply)

    def loss(self, batch: Sequence[ReplyExample]) -> Loss:
        """Return the mean cross-entropy of each reply's tokens, summed over the examples.

        An example counts as right where the model prefers its reply to the one that says the same of the other side,
        at the place where these two part: what follows there is given away by what was said.
        """
        keep = max(len(example.reply) for example in batch)
        rows = [[*example.prompt, *example.reply[:-1]] for example in batch]
        logits = self._reply_logits(rows, keep)
        targets = torch.full((len(batch), keep), _NOT_LEARNED)
        for number, example in enumerate(batch):
            targets[number, keep - len(example.reply) :] = torch.tensor(example.reply)
        targets = targets.to(logits.device)
        losses = cross_entropy(logits.transpose(1, 2), targets, ignore_index=_NOT_LEARNED, reduction="none")
        lengths = torch.tensor([len(example.reply) for example in batch], device=logits.device)
        total = (losses.sum(dim=1) / lengths).sum()
        right = sum(_is_right(example, logits[number]) for number, example in enumerate(batch))
        return Loss(total, right, sum(map(len, rows)))

    def save(self, folder: Path) -> None:
        """Write the model as a Hugging Face folder."""
        self.language_model.save_pretrained(folder)
        self._tokenizer.save_pretrained(folder)

    def _encode_reply(self, feedback: str | None, side: Side) -> tuple[list[int], bool]:
        replies = self._inputs.replies

        def encode(said: str | None) -> list[int]:
            return [*replies.encode(render_reply(said, side)), replies.end]

        addressed = address(feedback, side)
        fitting = fit_feedback(addressed, lambda said: len(encode(said)) <= self._longest_reply)
        return encode(fitting), fitting != addressed

    def _reply_logits(self, rows: list[list[int]], keep: int) -> torch.Tensor:
        """Return the logits over the vocabulary of the last `keep` places, of shape (rows, keep, vocabulary)."""
        device = self.language_model.device
        batch = pad_left(rows, self._inputs.pad_id)
        output = self.language_model(
            input_ids=torch.from_numpy(batch.token_ids).to(device),
            attention_mask=torch.from_numpy(batch.mask).to(device),
            position_ids=torch.from_numpy(batch.positions).to(device),
            logits_to_keep=keep,
            use_cache=False,
        )
        logits: torch.Tensor = output.logits
        return logits.float()


def _is_right(example: ReplyExample, logits: torch.Tensor) -> bool:
    there = logits[len(logits) - len(example.reply) + example.parting]
    return bool(there[example.reply[example.parting]] > there[example.other])
