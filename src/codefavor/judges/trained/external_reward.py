"""Reward models that others trained: a conversation in, one score out (AutoModelForSequenceClassification).

Each candidate is scored by itself as the assistant's answer to the instruction, as RewardBench does; P(A) is the
logistic function of the difference of the scores (Bradley-Terry). Rows are read one at a time: many of these models
name no padding token, and padding them wrongly changes scores without an error.
Source: Lambert et al. 2024, "RewardBench" (sequence classifiers); the criterion stands in the user's turn, ours.
"""

import time
from collections.abc import Sequence
from typing import Self

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from codefavor.errors import ModelError
from codefavor.judges.probability import sigmoid, verdict_from
from codefavor.models.pretrained import load_tokenizer, load_weights
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Cost, Verdict


class ExternalRewardJudge:
    """Answers with the candidate of the higher score."""

    order_invariant = True

    def __init__(self, name: str, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
        """Judge with `model`, whose head has one output.

        Raises:
            ModelError: the head has several outputs, or the tokenizer no chat template.
        """
        if model.config.num_labels != 1:
            raise ModelError(f"{name}: its head has {model.config.num_labels} outputs, a reward model has one")
        if not tokenizer.chat_template:
            raise ModelError(f"{name}: has no chat template, so it cannot be shown an answer")
        self.name = name
        self._model = model.eval()  # type: ignore[no-untyped-call]
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, model: str) -> Self:
        """Return the judge made of a folder or hub id.

        Raises:
            ModelError: there is no such model, or it is no reward model.
        """
        return cls(f"scores:{model}", load_weights(model, "scores"), load_tokenizer(model))

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison, in their order; a candidate that occurs again is scored once."""
        scores: dict[str, tuple[float, int]] = {}
        return [self._judge_one(comparison, scores) for comparison in comparisons]

    def _judge_one(self, comparison: Comparison, scores: dict[str, tuple[float, int]]) -> Verdict:
        started = time.perf_counter()
        (score_a, read_a), (score_b, read_b) = (
            self._score(_conversation(self._tokenizer, comparison, code), scores)
            for code in (comparison.code_a, comparison.code_b)
        )
        cost = Cost(seconds=time.perf_counter() - started, input_tokens=read_a + read_b)
        return verdict_from(sigmoid(score_a - score_b), comparison, self.name, cost)

    def _score(self, text: str, scores: dict[str, tuple[float, int]]) -> tuple[float, int]:
        if text not in scores:
            token_ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False)
            with torch.inference_mode():
                output = self._model(input_ids=torch.tensor([token_ids], device=self._model.device), use_cache=False)
            scores[text] = (float(output.logits[0, 0]), len(token_ids))
        return scores[text]


def _conversation(tokenizer: PreTrainedTokenizerBase, comparison: Comparison, code: str) -> str:
    turns = [
        {"role": "user", "content": "\n\n".join(filter(None, (comparison.instruction, comparison.criterion.text)))},
        {"role": "assistant", "content": f"```{comparison.language}\n{code}\n```"},
    ]
    return str(tokenizer.apply_chat_template(turns, tokenize=False))
