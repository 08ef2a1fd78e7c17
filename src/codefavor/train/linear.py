"""The linear objective: logistic regression without an intercept on differences of n-grams. Trains in seconds.

The settings were chosen on pairs of operators that training had not seen; docs/experiments.md has the figures.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression

from codefavor.errors import DataError
from codefavor.judges.card import JudgeCard
from codefavor.judges.linear import LINEAR_FORMAT, LinearJudge, difference_matrix
from codefavor.manifest import Manifest
from codefavor.pairs.criterion import Wording
from codefavor.pairs.pair import PreferencePair
from codefavor.pairs.presentation import CommentPolicy
from codefavor.train.config import LinearConfig
from codefavor.train.output_dir import check_folder, finish_folder
from codefavor.train.preprocess import preprocess

INVERSE_PENALTY = 1.0
MAX_ITERATIONS = 1000


def train_linear(pairs: Sequence[PreferencePair], config: LinearConfig, out: Path, manifest: Manifest) -> None:
    """Fit a judge and write it to `out` with its card, manifest and model card.

    Raises:
        UserError: `out` holds something already.
        DataError: there are no pairs.
    """
    check_folder(out, resume=False)
    judge = fit_linear(pairs, config.comments, config.wording)
    out.mkdir(parents=True, exist_ok=True)
    judge.save(out)
    card = JudgeCard(objective="linear", format=LINEAR_FORMAT, comments=config.comments)
    finish_folder(out, card, config, manifest, pairs, truncated=0)


def fit_linear(pairs: Sequence[PreferencePair], comments: CommentPolicy, wording: Wording = "given") -> LinearJudge:
    """Return a judge fitted to `pairs`. Without an intercept and with antisymmetric features, order cannot matter.

    Raises:
        DataError: there are no pairs, or stripping comments leaves none that differ.
    """
    comparisons = [pair.present("A").comparison for pair in preprocess(pairs, comments, wording)]
    if not comparisons:
        raise DataError("there are no pairs to train on")
    return LinearJudge("linear", fit_weights(difference_matrix(comparisons)))


def fit_weights(differences: csr_matrix) -> NDArray[np.float64]:
    """Return the weights of rows that say how the chosen code differs from the rejected, of shape (features,)."""
    # The chosen code is A in every row; every other row is negated, since the solver wants to see both answers.
    count = differences.shape[0]
    if count == 1:
        return np.asarray(differences.toarray()[0])
    labels = np.where(np.arange(count) % 2 == 0, 1.0, -1.0)
    model = LogisticRegression(
        C=INVERSE_PENALTY, fit_intercept=False, solver="liblinear", max_iter=MAX_ITERATIONS, random_state=0
    )
    model.fit(diags(labels) @ differences, labels)
    return np.asarray(model.coef_[0], dtype=np.float64)
