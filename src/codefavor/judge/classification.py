"""The classification judge: a language model that reads both candidates and answers with one token, "A" or "B".

P(A) is a softmax over the logits of those two tokens at the place of the answer; nothing is generated.
Paper: section 2.1, the classification design.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from codefavor.errors import ConfigError
from codefavor.judge.adapter import load_language_model
from codefavor.judge.batches import Padded, by_length, pad_left
from codefavor.judge.card import read_card, require
from codefavor.judge.format import DEFAULT_MAX_LENGTH, JOINT_FORMAT, Encoded, encode_joint
from codefavor.judge.pretrained import (
    TextTokenizer,
    chat_prompt,
    load_tokenizer,
    pad_token,
    verdict_tokens,
)
from codefavor.judge.probability import sigmoid, verdict_from
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Cost, Verdict

BATCH_TOKENS = 2048
"""Tokens of one batch: enough to fill the cores, little enough to keep the activations in the caches."""


class JointInput:
    """Comparisons as inputs of one model: its chat template, its tokens of "A" and "B", its padding."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, max_length: int) -> None:
        """Use the tokenizer's chat template and cut inputs to `max_length` tokens.

        Raises:
            ConfigError: the tokenizer has no chat template, or "A" or "B" is not one token.
        """
        self.verdicts = verdict_tokens(tokenizer)
        self.pad_id = pad_token(tokenizer)
        self._tokenizer = tokenizer
        self._text = TextTokenizer(tokenizer)
        self._max_length = max_length

    def encode(self, shown: Comparison) -> Encoded:
        """Return the comparison as tokens, up to where the answer begins.

        Raises:
            ConfigError: the criterion alone does not fit.
        """
        return encode_joint(shown, self._chat, self._text, self._max_length)

    def _chat(self, message: str) -> str:
        return chat_prompt(self._tokenizer, message)


class ClassificationJudge:
    """Answers with the likelier of the tokens "A" and "B"."""

    def __init__(self, name: str, model: PreTrainedModel, inputs: JointInput, temperature: float = 1.0) -> None:
        """Judge with `model`; the difference of the two logits is divided by `temperature`."""
        self.name = name
        model.eval()  # type: ignore[no-untyped-call]
        self._model = model
        self._inputs = inputs
        self._temperature = temperature

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the judge that `codefavor train` wrote into `folder`.

        Raises:
            ModelError: the folder holds no classification judge.
        """
        card = read_card(folder)
        require(folder, card, "classification", JOINT_FORMAT)
        inputs = JointInput(load_tokenizer(folder), card.max_length or DEFAULT_MAX_LENGTH)
        return cls(f"model:{folder}", load_language_model(folder, card), inputs, card.temperature)

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison, in their order."""
        verdicts: dict[int, Verdict] = {}
        rows: dict[int, list[int]] = {}
        for index, shown in enumerate(comparisons):
            try:
                rows[index] = self._inputs.encode(shown).token_ids
            except ConfigError as error:
                verdicts[index] = Verdict(comparison=shown.digest(), judge=self.name, choice=None, undecided=str(error))
        places = list(rows)
        for batch in by_length([len(rows[place]) for place in places], BATCH_TOKENS):
            chosen = [places[number] for number in batch]
            started = time.perf_counter()
            differences = self._differences([rows[place] for place in chosen])
            seconds = (time.perf_counter() - started) / len(chosen)
            for place, difference in zip(chosen, differences, strict=True):
                cost = Cost(seconds=seconds, input_tokens=len(rows[place]), output_tokens=0)
                prob_a = sigmoid(difference / self._temperature)
                verdicts[place] = verdict_from(prob_a, comparisons[place], self.name, cost)
        return [verdicts[index] for index in range(len(comparisons))]

    def _differences(self, rows: list[list[int]]) -> list[float]:
        with torch.inference_mode():
            logits = answer_logits(self._model, pad_left(rows, self._inputs.pad_id))
        token_a, token_b = self._inputs.verdicts
        return [float(difference) for difference in logits[:, token_a] - logits[:, token_b]]


def answer_logits(model: PreTrainedModel, batch: Padded) -> torch.Tensor:
    """Return the logits over the vocabulary at the place of the answer only, of shape (rows, vocabulary)."""
    device = model.device
    output = model(
        input_ids=torch.from_numpy(batch.token_ids).to(device),
        attention_mask=torch.from_numpy(batch.mask).to(device),
        position_ids=torch.from_numpy(batch.positions).to(device),
        logits_to_keep=1,
        use_cache=False,
    )
    logits: torch.Tensor = output.logits
    return logits[:, -1].float()
