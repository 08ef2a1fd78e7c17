"""Decoding of a padded batch whose rows each keep their own settings, chance and end. It loads and asks no model."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import torch
from transformers import LogitsProcessor, StoppingCriteria

from codefavor.llm.protocol import Completion, GenerationConfig, TokenLogprobs

_TAIL_TOKENS = 32
"""How far back a stop text is looked for while writing; the exact cut is made on the whole text afterwards."""


@dataclass
class PendingCall:
    """One conversation that waits for its answer."""

    prompt: list[int]
    config: GenerationConfig
    chance: torch.Generator
    answer: asyncio.Future[Completion]
    logprobs: list[TokenLogprobs] = field(default_factory=list)


class RowChoice(LogitsProcessor):
    """Chooses the next token of every row by its own settings and chance, and leaves only that one possible.

    Adding Gumbel noise to the scaled logits and taking the largest is sampling from their softmax; the noise comes from
    the row's own generator, so an answer does not depend on its neighbours' chance.
    """

    def __init__(self, batch: list[PendingCall], tokenizer: Any) -> None:
        self._batch = batch
        self._tokenizer = tokenizer

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Return scores of shape (rows, vocabulary) that leave one token a row possible."""
        chosen = torch.full_like(scores, -torch.inf)
        for row, call in enumerate(self._batch):
            logits = scores[row].float()
            temperature = call.config.temperature
            if temperature > 0:
                uniform = torch.rand(logits.shape, generator=call.chance).to(logits.device)
                token = int((logits / temperature - torch.log(-torch.log(uniform))).argmax())
            else:
                token = int(logits.argmax())
            chosen[row, token] = 0.0
            if call.config.top_logprobs is not None:
                call.logprobs.append(self._report(logits.log_softmax(-1), token, call.config.top_logprobs))
        return chosen

    def _report(self, logprobs: torch.Tensor, token: int, most: int) -> TokenLogprobs:
        best = logprobs.topk(most)
        likely = zip(best.indices.tolist(), best.values.tolist(), strict=True)
        top: dict[str, float] = {}
        for index, value in likely:
            # Different tokens may read the same (parts of one character): the likelier one keeps the name.
            top.setdefault(self._tokenizer.decode([index]), value)
        return TokenLogprobs(token=self._tokenizer.decode([token]), logprob=float(logprobs[token]), top=top)


class RowEnds(StoppingCriteria):
    """Ends a row at its own token limit or when one of its stop texts has been written."""

    def __init__(self, batch: list[PendingCall], tokenizer: Any, width: int) -> None:
        self._batch = batch
        self._tokenizer = tokenizer
        self._width = width

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:
        """Return which rows have ended, of shape (rows,)."""
        written = input_ids[:, self._width :]
        ended = [self._has_ended(call, row) for call, row in zip(self._batch, written, strict=True)]
        return torch.tensor(ended, device=input_ids.device)

    def _has_ended(self, call: PendingCall, row: torch.Tensor) -> bool:
        if len(row) >= call.config.max_tokens:
            return True
        if not call.config.stop:
            return False
        longest = max(len(stop) for stop in call.config.stop)
        tail = self._tokenizer.decode(row[-max(_TAIL_TOKENS, longest) :], skip_special_tokens=True)
        return any(stop in tail for stop in call.config.stop)
