"""The wide term of a reward judge: a weighted sum over what only one candidate has, beside the score of the decoder.

What is looked for are token n-grams, as the linear control has them, and paths of the syntax tree. A sum over so many
features fits in seconds what a decoder would need many steps for, and the decoder adds what it cannot say. Exchanging
the candidates negates the term exactly. No torch.
Source of the combination: Cheng et al. 2016, "Wide & Deep Learning for Recommender Systems"; here both parts are fitted
by themselves and their logits added.
"""

from collections.abc import Sequence, Set
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from scipy.sparse import csr_matrix

from codefavor.errors import ModelError
from codefavor.judge.linear import LINEAR_FORMAT, grams, presence_matrix
from codefavor.pairs.comparison import Comparison
from codefavor.record import content_digest
from codefavor.syntax.paths import tree_paths

WIDE_FILE = "wide.safetensors"
WIDE_FEATURES = 2**20
"""Four times those of the control: paths and n-grams must not share places."""
WIDE_FORMAT = content_digest([LINEAR_FORMAT, "and paths of the syntax tree of up to three nodes", WIDE_FEATURES])
"""Names what a term is made from; a judge of other features is refused."""


class WideTerm:
    """A score of two candidates from what is present in one of them alone."""

    def __init__(self, weights: NDArray[np.float64]) -> None:
        """Score with `weights`, of shape (WIDE_FEATURES,)."""
        self._weights = weights

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the term that training wrote into `folder`.

        Raises:
            ModelError: there is none, or it is malformed.
        """
        path = folder / WIDE_FILE
        try:
            weights = load_file(path)["weights"]
        except (OSError, SafetensorError, KeyError) as error:
            raise ModelError(f"{path}: not the weights of a wide term: {error}") from None
        if weights.shape != (WIDE_FEATURES,):
            raise ModelError(f"{path}: {weights.shape} weights, ({WIDE_FEATURES},) were expected")
        return cls(weights.astype(np.float64))

    def save(self, folder: Path) -> None:
        """Write the weights into `folder`."""
        save_file({"weights": self._weights.astype(np.float32)}, folder / WIDE_FILE)

    def scores(self, comparisons: Sequence[Comparison]) -> NDArray[np.float64]:
        """Return the logit of A against B for every comparison, of shape (comparisons,).

        It grows with how much differs, as the difference of a decoder's sums over tokens does.
        """
        return np.asarray(wide_matrix(comparisons) @ self._weights)


def wide_matrix(comparisons: Sequence[Comparison]) -> csr_matrix:
    """Return hashed differences A minus B, of shape (comparisons, WIDE_FEATURES)."""
    return presence_matrix(comparisons, words_and_structure, WIDE_FEATURES)


def words_and_structure(code_a: str, code_b: str) -> tuple[Set[str], Set[str]]:
    """Return the n-grams of both codes, and the paths of their trees where both have one."""
    words_a, words_b = grams(code_a), grams(code_b)
    paths_a, paths_b = tree_paths(code_a), tree_paths(code_b)
    if paths_a is None or paths_b is None:
        # Of one code alone they would say no more than that the other does not parse.
        return words_a, words_b
    return words_a | _marked(paths_a), words_b | _marked(paths_b)


def _marked(paths: Set[str]) -> set[str]:
    return {f"tree:{path}" for path in paths}
