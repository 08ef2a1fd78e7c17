"""The reward judge: a language model with a scalar head that scores each candidate by itself.

P(A) is the logistic function of the difference of the two scores (Bradley-Terry), so the order shown cannot matter.
Every distinct candidate is scored once, however often it appears.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Self

import numpy
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from codefavor.errors import ModelError
from codefavor.judges.card import RewardShape, read_trained_card
from codefavor.judges.format import DEFAULT_MAX_LENGTH, SINGLE_FORMAT, Candidate, encode_single
from codefavor.judges.probability import antisymmetric_sigmoid, verdict_from
from codefavor.judges.trained.encoding import encode_all
from codefavor.models.batches import by_length, pad_left
from codefavor.models.parallel_inference import batch_tokens, read_side_by_side
from codefavor.models.pretrained import TextTokenizer, load_tokenizer, load_weights, pad_token
from codefavor.pairs.comparison import Comparison, Side
from codefavor.pairs.verdict import Cost, Verdict

HEAD_FILE = "head.safetensors"


class LastTokenHead(nn.Module):
    """The score is a linear function of the state of the last token, which has seen everything before."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(width))

    def forward(self, states: torch.Tensor, criterion: torch.Tensor, code: torch.Tensor) -> torch.Tensor:
        """Return one score a row from states of shape (rows, tokens, width)."""
        scores: torch.Tensor = states[:, -1] @ self.weight
        return scores


class GatedSumHead(nn.Module):
    """The score is a sum over the code's tokens of a linear function that depends on the criterion.

    A common prefix of both candidates adds the same to both sums and cancels in their difference, so the first
    gradients are already about what differs. `gate` turns the mean state of the criterion into weights.
    """

    _SCALE = 30.0

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(width))
        self.gate = nn.Parameter(torch.zeros(width, width))

    def forward(self, states: torch.Tensor, criterion: torch.Tensor, code: torch.Tensor) -> torch.Tensor:
        """Return one score a row from states of shape (rows, tokens, width) and masks of shape (rows, tokens)."""
        meaning = _summed(states, criterion / criterion.sum(dim=1, keepdim=True)).detach()
        weights = self.weight + meaning @ self.gate.T / states.shape[-1] ** 0.5
        scores: torch.Tensor = (_summed(states, code) * weights).sum(dim=1) / self._SCALE
        return scores


def _summed(states: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    return torch.einsum("rt,rth->rh", weights, states)


class RewardModel(nn.Module):
    """A backbone without output layer and a read-out of its states."""

    def __init__(self, backbone: PreTrainedModel, readout: Literal["last", "sum"]) -> None:
        super().__init__()
        width = backbone.config.hidden_size
        self.backbone = backbone
        self.head = (LastTokenHead(width) if readout == "last" else GatedSumHead(width)).to(backbone.device)

    def forward(self, candidates: Sequence[Candidate], pad_id: int) -> torch.Tensor:
        """Return one score a candidate, of shape (candidates,)."""
        device = self.backbone.device
        batch = pad_left([candidate.token_ids for candidate in candidates], pad_id)
        criterion, code = (torch.from_numpy(mask).to(device) for mask in _sections(candidates, batch.mask.shape[1]))
        states = self.backbone(
            input_ids=torch.from_numpy(batch.token_ids).to(device),
            attention_mask=torch.from_numpy(batch.mask).to(device),
            position_ids=torch.from_numpy(batch.positions).to(device),
            use_cache=False,
        ).last_hidden_state.float()
        scores: torch.Tensor = self.head(states, criterion, code)
        return scores


def _sections(candidates: Sequence[Candidate], width: int) -> tuple[NDArray[numpy.float32], NDArray[numpy.float32]]:
    criterion, code = numpy.zeros((2, len(candidates), width), dtype=numpy.float32)
    for number, candidate in enumerate(candidates):
        start = width - len(candidate.token_ids)
        criterion[number, start : start + candidate.criterion_length] = 1
        code[number, width - candidate.code_length :] = 1
    return criterion, code


class SingleInput:
    """Candidates as inputs of one model, each by itself."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, max_length: int, instruction: bool) -> None:
        """Cut inputs to `max_length` tokens; `instruction` says whether it is read."""
        self.pad_id = pad_token(tokenizer)
        self._text = TextTokenizer(tokenizer)
        self._max_length = max_length
        self._instruction = instruction

    def encode(self, comparison: Comparison, side: Side) -> tuple[Candidate, bool]:
        """Return one candidate, and whether something was cut.

        Raises:
            ConfigError: the criterion alone does not fit.
        """
        return encode_single(comparison, side, self._text, self._max_length, instruction=self._instruction)


class RewardJudge:
    """Answers with the candidate of the higher score."""

    order_invariant = True

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
        card = read_trained_card(folder, "reward", SINGLE_FORMAT)
        shape = card.reward or RewardShape()
        inputs = SingleInput(load_tokenizer(folder), card.max_length or DEFAULT_MAX_LENGTH, shape.instruction)
        return cls(f"model:{folder}", load_reward_model(folder, shape), inputs, card.temperature)

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison, in their order."""
        pairs, verdicts = encode_all(comparisons, self._pair, self.name)
        candidates = dict.fromkeys(candidate for pair in pairs.values() for candidate in pair)
        started = time.perf_counter()
        scores = self._scores(list(candidates))
        seconds = (time.perf_counter() - started) / max(1, len(comparisons))
        for place, (candidate_a, candidate_b) in pairs.items():
            cost = Cost(seconds=seconds, input_tokens=len(candidate_a.token_ids) + len(candidate_b.token_ids))
            prob_a = antisymmetric_sigmoid((scores[candidate_a] - scores[candidate_b]) / self._temperature)
            verdicts[place] = verdict_from(prob_a, comparisons[place], self.name, cost)
        return [verdicts[place] for place in range(len(comparisons))]

    def _pair(self, comparison: Comparison) -> tuple[Candidate, Candidate]:
        return self._inputs.encode(comparison, "A")[0], self._inputs.encode(comparison, "B")[0]

    def _scores(self, candidates: list[Candidate]) -> dict[Candidate, float]:
        scores: dict[Candidate, float] = {}
        device = self._model.backbone.device
        lengths = [len(candidate.token_ids) for candidate in candidates]
        batches = [[candidates[index] for index in batch] for batch in by_length(lengths, batch_tokens(device))]
        for rows, answered in read_side_by_side(batches, self._scored, device):
            scores.update(zip(rows, answered.answers, strict=True))
        return scores

    def _scored(self, rows: Sequence[Candidate]) -> list[float]:
        scored: list[float] = self._model(rows, self._inputs.pad_id).tolist()
        return scored


def load_reward_model(folder: Path, shape: RewardShape) -> RewardModel:
    """Return the backbone in `folder` with its trained head.

    Raises:
        ModelError: the weights of either are missing or do not fit.
    """
    model = RewardModel(load_weights(folder, "backbone"), shape.readout)
    try:
        model.head.load_state_dict(load_file(folder / HEAD_FILE))
    except (OSError, RuntimeError, ValueError) as error:
        raise ModelError(f"{folder / HEAD_FILE}: cannot be loaded: {' '.join(str(error).split())}") from None
    return model


def save_reward_model(model: RewardModel, folder: Path) -> None:
    """Write backbone and head to `folder` as safetensors."""
    model.backbone.save_pretrained(folder)
    save_file(model.head.state_dict(), folder / HEAD_FILE)
