"""The generation judge: a language model that reads both candidates and writes feedback, then a result line.

The verdict is the letter of the result line, P(A) a softmax over the logits of the two letters there. It comes
after the feedback: once that has taken a side, the letter is all but certain. Writing is greedy, many rows at once.
Paper: section 2.1, the generation design.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from codefavor.judges.card import GenerationShape, read_trained_card
from codefavor.judges.chat_format import Reading
from codefavor.judges.format import DEFAULT_MAX_LENGTH, Encoded, encode_joint
from codefavor.judges.generation_format import FEEDBACK_QUESTION, GENERATION_FORMAT, REPLY_FORMAT, read_reply
from codefavor.judges.probability import sigmoid, verdict_from
from codefavor.judges.trained.encoding import encode_all
from codefavor.models.adapter import load_language_model
from codefavor.models.batches import by_length
from codefavor.models.greedy import Written, write_replies
from codefavor.models.pretrained import TextTokenizer, chat_prompt, load_tokenizer, pad_token
from codefavor.models.reply_tokens import ReplyTokens
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Cost, Verdict

BATCH_TOKENS = 8192
"""Tokens of one batch, replies included: rows that are written together share the reading of the weights."""


class DialogueInput:
    """Comparisons as inputs of one model, cut so that its reply fits too."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, max_length: int, max_new_tokens: int) -> None:
        """Cut inputs so that they and a reply of `max_new_tokens` have `max_length` tokens together.

        Raises:
            ConfigError: the tokenizer has no chat template, or a verdict is not one token.
        """
        self.replies = ReplyTokens(tokenizer, REPLY_FORMAT)
        self.pad_id = pad_token(tokenizer)
        self._tokenizer = tokenizer
        self._text = TextTokenizer(tokenizer)
        self._longest = max_length - max_new_tokens

    def encode(self, comparison: Comparison) -> Encoded:
        """Return the comparison as tokens, up to where the reply begins.

        Raises:
            ConfigError: the criterion alone does not fit.
        """
        return encode_joint(comparison, self._chat, self._text, self._longest, FEEDBACK_QUESTION)

    def _chat(self, message: str) -> str:
        return chat_prompt(self._tokenizer, message)


class GenerationJudge:
    """Answers with the result line of what it writes."""

    def __init__(
        self,
        name: str,
        model: PreTrainedModel,
        inputs: DialogueInput,
        shape: GenerationShape,
        temperature: float = 1.0,
    ) -> None:
        """Judge with `model`; the difference of the two logits is divided by `temperature`."""
        self.name = name
        model.eval()  # type: ignore[no-untyped-call]
        self._model = model
        self._inputs = inputs
        self._shape = shape
        self._temperature = temperature

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the judge that `codefavor train --objective generation` wrote into `folder`.

        Raises:
            ModelError: the folder holds no generation judge.
        """
        card = read_trained_card(folder, "generation", GENERATION_FORMAT)
        shape = card.generation or GenerationShape()
        length = card.max_length or DEFAULT_MAX_LENGTH
        inputs = DialogueInput(load_tokenizer(folder), length, shape.max_new_tokens)
        return cls(
            f"model:{folder}",
            load_language_model(folder, card.base_model, adapter=card.adapter),
            inputs,
            shape,
            card.temperature,
        )

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison, in their order, with the feedback that was written."""
        rows, verdicts = encode_all(
            comparisons, lambda comparison: self._inputs.encode(comparison).token_ids, self.name
        )
        places = list(rows)
        lengths = [len(rows[place]) + self._shape.max_new_tokens for place in places]
        for batch in by_length(lengths, BATCH_TOKENS):
            chosen = [places[number] for number in batch]
            started = time.perf_counter()
            prompts = [rows[place] for place in chosen]
            with torch.inference_mode():
                replies = write_replies(
                    self._model, prompts, self._inputs.replies, self._inputs.pad_id, self._shape.max_new_tokens
                )
                readings = [self._read(prompt, written) for prompt, written in zip(prompts, replies, strict=True)]
            seconds = (time.perf_counter() - started) / len(chosen)
            for place, (reading, margin, length) in zip(chosen, readings, strict=True):
                cost = Cost(seconds=seconds, input_tokens=len(rows[place]), output_tokens=length)
                verdicts[place] = self._verdict(comparisons[place], reading, margin, cost)
        return [verdicts[place] for place in range(len(comparisons))]

    def _read(self, prompt: list[int], written: Written) -> tuple[Reading, float | None, int]:
        """Return what a reply says, the margin of its letter, and how many tokens were written."""
        replies = self._inputs.replies
        text = replies.decode(written.token_ids)
        reading = read_reply(text)
        length = len(written.token_ids)
        if reading.choice is not None:
            place = replies.verdict_place(written.token_ids)
            return reading, None if place is None else written.margins[place], length
        if self._shape.unfinished == "forced":
            row = [*prompt, *replies.encode_up_to_letter(text)]
            read = torch.tensor([row], device=self._model.device)
            logits = self._model(input_ids=read, use_cache=False, logits_to_keep=1).logits[0, -1].float()
            margin = float(logits[replies.verdicts[0]] - logits[replies.verdicts[1]])
            return Reading(choice="A" if margin > 0 else "B", feedback=reading.feedback), margin, length
        if length == self._shape.max_new_tokens:
            reading = reading.model_copy(update={"undecided": f"{reading.undecided} within {length} tokens"})
        return reading, None, length

    def _verdict(self, comparison: Comparison, reading: Reading, margin: float | None, cost: Cost) -> Verdict:
        if reading.choice is not None and margin is not None:
            verdict = verdict_from(sigmoid(margin / self._temperature), comparison, self.name, cost)
            return verdict.model_copy(update={"feedback": reading.feedback})
        return Verdict(
            comparison=comparison.digest(),
            judge=self.name,
            choice=reading.choice,
            feedback=reading.feedback,
            undecided=reading.undecided,
            cost=cost,
        )
