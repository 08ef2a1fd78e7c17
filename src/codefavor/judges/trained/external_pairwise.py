"""Pairwise preference models of the RLHFlow family, such as RLHFlow/pair-preference-model-LLaMA3-8B.

Both candidates stand in one user's turn in the tagged form that these models were trained on; P(A) is a softmax over
the logits of the tokens "A" and "B" at the next place.
Source: Dong et al. 2024, "RLHF Workflow" and the model card; the criterion is appended to the context, ours.
"""

import time
from collections.abc import Sequence
from typing import Self

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from codefavor.judges.probability import sigmoid, verdict_from
from codefavor.models.pretrained import chat_prompt, load_tokenizer, load_weights, verdict_tokens
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Cost, Verdict


class ExternalPairwiseJudge:
    """Answers with the likelier of the tokens "A" and "B"."""

    def __init__(self, name: str, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
        """Judge with `model`.

        Raises:
            ConfigError: the tokenizer has no chat template, or "A" or "B" is not one token.
        """
        self.name = name
        self._verdicts = verdict_tokens(tokenizer)
        self._model = model.eval()  # type: ignore[no-untyped-call]
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, model: str) -> Self:
        """Return the judge made of a folder or hub id.

        Raises:
            ModelError: there is no such model.
            ConfigError: its tokenizer cannot answer with one letter.
        """
        return cls(f"preference:{model}", load_weights(model, "causal"), load_tokenizer(model))

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison, in their order."""
        return [self._judge_one(comparison) for comparison in comparisons]

    def _judge_one(self, comparison: Comparison) -> Verdict:
        started = time.perf_counter()
        text = chat_prompt(self._tokenizer, preference_text(comparison))
        token_ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False)
        with torch.inference_mode():
            rows = torch.tensor([token_ids], device=self._model.device)
            logits = self._model(input_ids=rows, use_cache=False, logits_to_keep=1).logits[0, -1].float()
        token_a, token_b = self._verdicts
        prob_a = sigmoid(float(logits[token_a] - logits[token_b]))
        cost = Cost(seconds=time.perf_counter() - started, input_tokens=len(token_ids))
        return verdict_from(prob_a, comparison, self.name, cost)


def preference_text(comparison: Comparison) -> str:
    """Return the user's turn that shows both candidates."""
    prompt = "\n\n".join(filter(None, (comparison.instruction, comparison.criterion.text)))
    context = f"\n\n<turn> user\n {prompt}"
    return f"[CONTEXT] {context} [RESPONSE A] {comparison.code_a} [RESPONSE B] {comparison.code_b} \n"
