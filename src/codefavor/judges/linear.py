"""The linear control: logistic regression on the token n-grams that only one candidate has.

It shows what words alone can decide: a neural judge is of use only where it beats this one. It reads
neither instruction nor feedback, and of the criterion only the aspect. Exchanging the candidates negates its score
exactly, so P(A) of one order is 1 - P(A) of the other. No torch.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from scipy.sparse import csr_matrix
from sklearn.feature_extraction import FeatureHasher

from codefavor.errors import ModelError
from codefavor.judges.card import read_trained_card
from codefavor.judges.probability import antisymmetric_sigmoid, verdict_from
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Criterion
from codefavor.pairs.verdict import Verdict
from codefavor.record import content_digest

WEIGHTS_FILE = "linear.safetensors"
FEATURES = 2**18
LONGEST_GRAM = 3
LINEAR_FORMAT = content_digest(["presence of token n-grams, shared and by aspect, unit length", FEATURES, LONGEST_GRAM])
"""Names what a score is made from; a judge of other features is refused."""

_TOKEN = re.compile(
    r"(?P<text>[rbfuRBFU]{0,2}(?:'''(?:.|\n)*?'''|\"\"\"(?:.|\n)*?\"\"\"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"))"
    r"|(?P<comment>#[^\n]*)|(?P<name>[^\W\d]\w*)|(?P<number>\d[\w.]*)"
    r"|(?P<symbol>\*\*|//|==|!=|<=|>=|->|<<|>>|[-+*/%&|^]=|\S)"
)
_INSIDE_TEXT = re.compile(r"%\w|\w+|[^\w\s]")
_MAX_INSIDE_TEXT = 12
_LONGEST_NUMBER = 3
_SHORTEST_PART = 3
_ASPECT_WORDS = {
    "security": ("secur", "attack", "vulnerab", "safe"),
    "efficiency": ("efficien", "fast", "speed", "memory", "time and space", "scales"),
    "correctness": ("correct", "bug", "right", "behaviour", "behavior", "error", "test"),
}


class LinearJudge:
    """Answers by a weighted sum over the n-grams in which the candidates differ."""

    order_invariant = True

    def __init__(self, name: str, weights: NDArray[np.float64], temperature: float = 1.0) -> None:
        """Judge with `weights`, of shape (FEATURES,); a score is divided by `temperature`."""
        self.name = name
        self._weights = weights
        self._temperature = temperature

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the judge that `codefavor train --objective linear` wrote into `folder`.

        Raises:
            ModelError: the folder holds no linear judge.
        """
        card = read_trained_card(folder, "linear", LINEAR_FORMAT)
        try:
            weights = load_file(folder / WEIGHTS_FILE)["weights"]
        except (OSError, SafetensorError, KeyError) as error:
            raise ModelError(f"{folder / WEIGHTS_FILE}: not the weights of a linear judge: {error}") from None
        if weights.shape != (FEATURES,):
            raise ModelError(f"{folder / WEIGHTS_FILE}: {weights.shape} weights, ({FEATURES},) were expected")
        return cls(f"model:{folder}", weights.astype(np.float64), card.temperature)

    def save(self, folder: Path) -> None:
        """Write the weights into `folder`."""
        save_file({"weights": self._weights.astype(np.float32)}, folder / WEIGHTS_FILE)

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison; candidates that it sees no difference between are a tie."""
        return [
            verdict_from(antisymmetric_sigmoid(score / self._temperature), comparison, self.name)
            for score, comparison in zip(self.scores(comparisons), comparisons, strict=True)
        ]

    def scores(self, comparisons: Sequence[Comparison]) -> NDArray[np.float64]:
        """Return the score of A against B for every comparison, of shape (comparisons,); above zero means A."""
        return np.asarray(difference_matrix(comparisons) @ self._weights)


def difference_matrix(comparisons: Sequence[Comparison]) -> csr_matrix:
    """Return hashed differences of n-grams, A minus B, scaled to unit length, of shape (comparisons, FEATURES)."""
    if not comparisons:
        return csr_matrix((0, FEATURES))
    rows = FeatureHasher(FEATURES).transform(_difference(comparison) for comparison in comparisons)
    rows.sort_indices()
    return _scaled_to_unit_length(csr_matrix(rows))


def _scaled_to_unit_length(rows: csr_matrix) -> csr_matrix:
    """Return rows of unit length; empty rows stay empty."""
    filled = np.diff(rows.indptr)
    squares = np.append(rows.data**2, 0.0)
    lengths = np.sqrt(np.where(filled > 0, np.add.reduceat(squares, rows.indptr[:-1]), 1.0))
    scaled = rows.copy()
    scaled.data /= np.repeat(lengths, filled)
    return scaled


def _difference(comparison: Comparison) -> dict[str, int]:
    """Return 1 for every n-gram that only A has and -1 for every one that only B has, shared and by aspect."""
    in_a, in_b = grams(comparison.code_a), grams(comparison.code_b)
    aspect = aspect_of(comparison.criterion)
    features: dict[str, int] = {}
    for gram in sorted(in_a ^ in_b):
        side = 1 if gram in in_a else -1
        features[gram] = side
        if aspect:
            features[f"{aspect}|{gram}"] = side
    return features


def grams(code: str) -> set[str]:
    """Return the token n-grams of `code` up to three tokens, and the parts of names with underscores."""
    found = tokens(code)
    lengths = range(1, LONGEST_GRAM + 1)
    several = {" ".join(found[i : i + n]) for n in lengths for i in range(len(found) - n + 1)}
    parts = {f"part:{part}" for token in found if "_" in token for part in token.split("_")}
    return several | {part for part in parts if len(part) >= len("part:") + _SHORTEST_PART}


def tokens(code: str) -> list[str]:
    """Return lower-cased tokens; texts are taken apart with prefix and quotes, since formats and an `f` matter.

    One expression for all code, rather than Python's tokenizer: foreign code may be Python 2 or a fragment, and both
    candidates must be cut alike.
    """
    found: list[str] = []
    for match in _TOKEN.finditer(code):
        token = match.group()
        match match.lastgroup:
            case "text":
                inside = _INSIDE_TEXT.findall(token)[:_MAX_INSIDE_TEXT]
                found += ["'", *(f"'{word.lower()}" for word in inside)]
            case "number":
                found.append(token if len(token) <= _LONGEST_NUMBER else "number")
            case "name" | "symbol":
                found.append(token.lower())
    return found


def aspect_of(criterion: Criterion) -> str | None:
    """Return the aspect that a criterion names, or that its words are about; None where there is none."""
    if criterion.aspect is not None:
        return str(criterion.aspect)
    text = criterion.text.lower()
    counts = {aspect: sum(text.count(word) for word in words) for aspect, words in _ASPECT_WORDS.items()}
    best = max(counts, key=lambda aspect: counts[aspect])
    return best if counts[best] else None
