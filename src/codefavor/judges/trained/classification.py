"""The classification judge: a language model that reads both candidates and answers with one token, "A" or "B".

P(A) is a softmax over the logits of those two tokens at the place of the answer; nothing is generated. What several
inputs begin with, such as the instruction in both orders, is read once.
Paper: section 2.1, the classification design.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from codefavor.errors import ConfigError
from codefavor.judges.card import read_card, require
from codefavor.judges.format import DEFAULT_MAX_LENGTH, JOINT_FORMAT, Encoded, encode_joint
from codefavor.judges.probability import sigmoid, verdict_from
from codefavor.models.adapter import load_language_model
from codefavor.models.parallel_inference import batch_tokens, read_side_by_side
from codefavor.models.precision import Precision, in_precision, keep_freed_memory, named
from codefavor.models.prefix_tree import Family, batches_of, families, flatten, row_ends
from codefavor.models.pretrained import TextTokenizer, chat_prompt, load_tokenizer, verdict_tokens
from codefavor.models.segment_attention import logits_at, read_by_segments
from codefavor.models.verdict_head import only_tokens
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Cost, Verdict


class LetterInput:
    """What comparisons become inputs with: a model's chat template, its tokens of "A" and "B", a limit."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, max_length: int) -> None:
        """Use the tokenizer's chat template and cut inputs to `max_length` tokens.

        Raises:
            ConfigError: the tokenizer has no chat template, or "A" or "B" is not one token.
        """
        self.verdicts = verdict_tokens(tokenizer)
        self._tokenizer = tokenizer
        self._text = TextTokenizer(tokenizer)
        self._max_length = max_length

    def _chat(self, message: str) -> str:
        return chat_prompt(self._tokenizer, message)


class JointInput(LetterInput):
    """Comparisons as inputs that show both candidates in a row."""

    def encode(self, shown: Comparison) -> Encoded:
        """Return the comparison as tokens, up to where the answer begins.

        Raises:
            ConfigError: the criterion alone does not fit.
        """
        return encode_joint(shown, self._chat, self._text, self._max_length)


class ClassificationJudge:
    """Answers with the likelier of the tokens "A" and "B"."""

    def __init__(self, name: str, model: PreTrainedModel, inputs: JointInput, temperature: float = 1.0) -> None:
        """Judge with `model`; the difference of the two logits is divided by `temperature`."""
        self.name = name
        model.eval()  # type: ignore[no-untyped-call]
        self._model = read_by_segments(only_tokens(model, inputs.verdicts))
        self._inputs = inputs
        self._temperature = temperature

    @classmethod
    def load(cls, folder: Path, precision: Precision = "fp32") -> Self:
        """Return the judge that `codefavor train` wrote into `folder`.

        Raises:
            ModelError: the folder holds no classification judge.
            ConfigError: the precision cannot be had here.
        """
        keep_freed_memory()
        card = read_card(folder)
        require(folder, card, "classification", JOINT_FORMAT)
        inputs = JointInput(load_tokenizer(folder), card.max_length or DEFAULT_MAX_LENGTH)
        model = in_precision(load_language_model(folder, card.base_model, adapter=card.adapter), precision)
        return cls(named(folder, precision), model, inputs, card.temperature)

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
        device = self._model.device
        batches = list(batches_of(families([rows[place] for place in places]), batch_tokens(device)))
        for batch, answered in read_side_by_side(batches, self._margins, device):
            chosen = [places[row] for family in batch for row in family.rows]
            for place, margin in zip(chosen, answered.answers, strict=True):
                cost = Cost(seconds=answered.seconds / len(chosen), input_tokens=len(rows[place]), output_tokens=0)
                verdicts[place] = verdict_from(sigmoid(margin / self._temperature), comparisons[place], self.name, cost)
        return [verdicts[index] for index in range(len(comparisons))]

    def _margins(self, batch: Sequence[Family]) -> list[float]:
        logits = answer_logits(self._model, batch)
        margins: list[float] = (logits[:, 0] - logits[:, 1]).tolist()
        return margins


def answer_logits(model: PreTrainedModel, batch: Sequence[Family]) -> torch.Tensor:
    """Return the logits at the place of the answer only, of shape (rows, vocabulary).

    The rows are those of the families in turn; `model` reads by segments.
    """
    flat = flatten([family.tree for family in batch])
    return logits_at(model, flat, [end - 1 for end in row_ends(batch, flat)])
