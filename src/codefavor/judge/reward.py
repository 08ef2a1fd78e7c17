"""The reward judge: a language model with a scalar head that scores each candidate by itself.

P(A) is the logistic function of the difference of the two scores (Bradley-Terry), so the order shown cannot matter.
Every distinct candidate is scored once, however often it appears.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from codefavor.errors import ConfigError, ModelError
from codefavor.judge.batches import Padded, by_length, pad_left
from codefavor.judge.card import read_card, require
from codefavor.judge.format import DEFAULT_MAX_LENGTH, SINGLE_FORMAT, Encoded, encode_single
from codefavor.judge.pretrained import TextTokenizer, load_tokenizer, load_weights, pad_token
from codefavor.judge.probability import sigmoid, verdict_from
from codefavor.pairs.comparison import Comparison, Side
from codefavor.pairs.verdict import Cost, Verdict

HEAD_FILE = "head.safetensors"
BATCH_TOKENS = 2048
"""Tokens of one batch: enough to fill the cores, little enough to keep the activations in the caches."""


class RewardModel(nn.Module):
    """A backbone without output layer and a linear read-out of its states."""

    def __init__(self, backbone: PreTrainedModel) -> None:
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(2 * backbone.config.hidden_size, 1, bias=False, device=backbone.device)
        nn.init.zeros_(self.head.weight)

    def forward(self, batch: Padded) -> torch.Tensor:
        """Return one score a row, of shape (rows,)."""
        device = self.head.weight.device
        mask = torch.from_numpy(batch.mask).to(device)
        states = self.backbone(
            input_ids=torch.from_numpy(batch.token_ids).to(device),
            attention_mask=mask,
            position_ids=torch.from_numpy(batch.positions).to(device),
            use_cache=False,
        ).last_hidden_state
        weights = (mask / mask.sum(dim=1, keepdim=True)).to(states.dtype)
        mean = torch.einsum("rt,rth->rh", weights, states)
        scores: torch.Tensor = self.head(torch.cat([states[:, -1], mean], dim=1))
        return scores.squeeze(1)


class SingleInput:
    """Candidates as inputs of one model, each by itself."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, max_length: int) -> None:
        """Cut inputs to `max_length` tokens."""
        self.pad_id = pad_token(tokenizer)
        self._text = TextTokenizer(tokenizer)
        self._max_length = max_length

    def encode(self, shown: Comparison, side: Side) -> Encoded:
        """Return one candidate as tokens.

        Raises:
            ConfigError: the criterion alone does not fit.
        """
        return encode_single(shown, side, self._text, self._max_length)


class RewardJudge:
    """Answers with the candidate of the higher score."""

    def __init__(self, name: str, model: RewardModel, inputs: SingleInput, temperature: float = 1.0) -> None:
        """Judge with `model`; the difference of the two scores is divided by `temperature`."""
        self.name = name
        self._model = model.eval()
        self._inputs = inputs
        self._temperature = temperature

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the judge that `codefavor train` wrote into `folder`.

        Raises:
            ModelError: the folder holds no reward judge.
        """
        card = read_card(folder)
        require(folder, card, "reward", SINGLE_FORMAT)
        inputs = SingleInput(load_tokenizer(folder), card.max_length or DEFAULT_MAX_LENGTH)
        return cls(f"model:{folder}", load_reward_model(folder), inputs, card.temperature)

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison, in their order."""
        candidates: dict[tuple[int, ...], None] = {}
        pairs: list[tuple[tuple[int, ...], tuple[int, ...]] | ConfigError] = []
        for shown in comparisons:
            try:
                pair = (
                    tuple(self._inputs.encode(shown, "A").token_ids),
                    tuple(self._inputs.encode(shown, "B").token_ids),
                )
            except ConfigError as error:
                pairs.append(error)
                continue
            pairs.append(pair)
            candidates.update(dict.fromkeys(pair))
        started = time.perf_counter()
        scores = self._scores(list(candidates))
        seconds = (time.perf_counter() - started) / max(1, len(comparisons))
        return [self._verdict(shown, pair, scores, seconds) for shown, pair in zip(comparisons, pairs, strict=True)]

    def _verdict(
        self,
        shown: Comparison,
        pair: tuple[tuple[int, ...], tuple[int, ...]] | ConfigError,
        scores: dict[tuple[int, ...], float],
        seconds: float,
    ) -> Verdict:
        if isinstance(pair, ConfigError):
            return Verdict(comparison=shown.digest(), judge=self.name, choice=None, undecided=str(pair))
        candidate_a, candidate_b = pair
        cost = Cost(seconds=seconds, input_tokens=len(candidate_a) + len(candidate_b))
        prob_a = sigmoid((scores[candidate_a] - scores[candidate_b]) / self._temperature)
        return verdict_from(prob_a, shown, self.name, cost)

    def _scores(self, candidates: list[tuple[int, ...]]) -> dict[tuple[int, ...], float]:
        scores: dict[tuple[int, ...], float] = {}
        for batch in by_length([len(candidate) for candidate in candidates], BATCH_TOKENS):
            rows = [candidates[index] for index in batch]
            with torch.inference_mode():
                scored = self._model(pad_left(rows, self._inputs.pad_id))
            scores.update(zip(rows, scored.tolist(), strict=True))
        return scores


def load_reward_model(folder: Path) -> RewardModel:
    """Return the backbone in `folder` with its trained head.

    Raises:
        ModelError: the weights of either are missing or do not fit.
    """
    model = RewardModel(load_weights(folder, "backbone"))
    try:
        model.head.load_state_dict(load_file(folder / HEAD_FILE))
    except (OSError, RuntimeError, ValueError) as error:
        raise ModelError(f"{folder / HEAD_FILE}: cannot be loaded: {' '.join(str(error).split())}") from None
    return model


def save_reward_model(model: RewardModel, folder: Path) -> None:
    """Write backbone and head to `folder` as safetensors."""
    model.backbone.save_pretrained(folder)
    save_file(model.head.state_dict(), folder / HEAD_FILE)
