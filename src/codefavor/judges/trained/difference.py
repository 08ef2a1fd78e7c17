"""The difference judge: what only one candidate has, in words and in the states of a language model.

Words are the linear control's n-grams, states those of `judges.trained.divergence_encoder`; each is weighed by a
linear function fitted on pairs, and the two are joined by shares fitted on sources that neither had seen. The language
model is never trained. For correctness words decide alone: there states show who wrote the code rather than whether it
is right (docs/experiments.md). Exchanging the candidates negates the score exactly.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from codefavor.errors import ModelError
from codefavor.judges.card import read_trained_card
from codefavor.judges.format import DEFAULT_MAX_LENGTH
from codefavor.judges.linear import LINEAR_FORMAT, aspect_of, difference_matrix
from codefavor.judges.probability import antisymmetric_sigmoid, verdict_from
from codefavor.judges.trained.divergence_encoder import OPENING, RUN, DivergenceEncoder, stacked
from codefavor.models.precision import Precision, named
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, Criterion
from codefavor.pairs.verdict import Cost, Verdict
from codefavor.record import content_digest

WEIGHTS_FILE = "difference.safetensors"
STATE_ASPECTS = (Aspect.EFFICIENCY, Aspect.SECURITY)
"""The aspects that have weights of their own for states, beside those for all criteria."""
DIFFERENCE_FORMAT = content_digest([LINEAR_FORMAT, "states at the ends of runs", RUN, OPENING, STATE_ASPECTS])
"""Names what a score is made from; a judge of other features is refused."""
_SMALLEST = 1e-6


class DifferenceWeights(NamedTuple):
    """What is fitted."""

    words: NDArray[np.float64]
    """The weights of n-grams, of shape (features,), with the share of words in the score."""
    spread: NDArray[np.float32]
    """What a state is divided by, of shape (width,)."""
    states: NDArray[np.float64]
    """The weights of states for all criteria and for each of `STATE_ASPECTS`, of shape (1 + aspects, width), with the
    share of states in the score."""

    def save(self, folder: Path) -> None:
        """Write the weights as safetensors."""
        save_file({name: np.ascontiguousarray(value) for name, value in self._asdict().items()}, folder / WEIGHTS_FILE)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the weights in `folder`.

        Raises:
            ModelError: they are missing or malformed.
        """
        try:
            weights = cls(**load_file(folder / WEIGHTS_FILE))
            weights.states @ weights.spread
        except (OSError, SafetensorError, TypeError, ValueError) as error:
            raise ModelError(f"{folder / WEIGHTS_FILE}: not the weights of a difference judge: {error}") from None
        return weights


class DifferenceJudge:
    """Answers by a weighted sum over what only one of the candidates has."""

    order_invariant = True

    def __init__(
        self, name: str, reader: DivergenceEncoder, weights: DifferenceWeights, temperature: float = 1.0
    ) -> None:
        """Judge with `weights`; a score is divided by `temperature`."""
        self.name = name
        self._reader = reader
        self._weights = weights
        self._temperature = temperature

    @classmethod
    def load(cls, folder: Path, precision: Precision = "fp32") -> Self:
        """Return the judge that `codefavor train --objective difference` wrote into `folder`.

        Raises:
            ModelError: the folder holds no difference judge.
            ConfigError: the precision is not available here.
        """
        card = read_trained_card(folder, "difference", DIFFERENCE_FORMAT)
        weights = DifferenceWeights.load(folder)
        reader = DivergenceEncoder.load(folder, None, card.max_length or DEFAULT_MAX_LENGTH, precision)
        return cls(named(folder, precision), reader, weights, card.temperature)

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison; candidates that it sees no difference between are a tie."""
        scores = np.asarray(difference_matrix(comparisons) @ self._weights.words)
        costs: dict[int, Cost] = {}
        with_states = [index for index, comparison in enumerate(comparisons) if reads_states(comparison.criterion)]
        read = [comparisons[index] for index in with_states]
        divergences = self._reader.read(read)
        states = stacked(divergences, self._reader.width)
        scores[with_states] += state_rows(read, states, self._weights.spread) @ self._weights.states.ravel()
        for index, divergence in zip(with_states, divergences, strict=True):
            costs[index] = Cost(seconds=divergence.seconds, input_tokens=divergence.tokens, output_tokens=0)
        return [
            verdict_from(antisymmetric_sigmoid(score / self._temperature), comparison, self.name, costs.get(index))
            for index, (score, comparison) in enumerate(zip(scores, comparisons, strict=True))
        ]


def reads_states(criterion: Criterion) -> bool:
    """Return whether states are read: for every criterion but correctness."""
    return aspect_of(criterion) != Aspect.CORRECTNESS


def state_rows(
    comparisons: Sequence[Comparison], states: NDArray[np.float32], spread: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return states in units of `spread`, scaled to unit length, for all criteria and for each aspect.

    From (comparisons, width) to (comparisons, (1 + aspects) * width); where nothing differs a row stays zero.
    """
    states = states / spread
    states /= np.maximum(np.linalg.norm(states, axis=1, keepdims=True), _SMALLEST)
    aspects = np.array([aspect_of(comparison.criterion) or "" for comparison in comparisons])
    blocks = [states, *(states * (aspects == aspect)[:, None] for aspect in STATE_ASPECTS)]
    return np.concatenate(blocks, axis=1)
