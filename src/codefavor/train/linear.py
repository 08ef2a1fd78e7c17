"""The linear objective: logistic regression without an intercept on differences of n-grams. Trains in seconds.

The settings were chosen on pairs of operators that training had not seen; docs/experiments.md has the figures.
"""

from collections.abc import Sequence

import numpy as np
from scipy.sparse import diags
from sklearn.linear_model import LogisticRegression

from codefavor.errors import DataError
from codefavor.judge.card import CommentPolicy
from codefavor.judge.linear import LinearJudge, difference_matrix
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.pair import PreferencePair
from codefavor.syntax.strip import strip_comments

INVERSE_PENALTY = 1.0
MOST_ITERATIONS = 1000


def fit_linear(pairs: Sequence[PreferencePair], comments: CommentPolicy, name: str = "linear") -> LinearJudge:
    """Return a judge fitted to `pairs`. Without an intercept and with antisymmetric features, order cannot matter.

    Raises:
        DataError: there are no pairs.
    """
    if not pairs:
        raise DataError("there are no pairs to train on")
    differences = difference_matrix([_shown(pair, comments) for pair in pairs])
    # The chosen code is A in every row; every other row is negated, since the solver wants to see both answers.
    labels = np.where(np.arange(len(pairs)) % 2 == 0, 1.0, -1.0)
    model = LogisticRegression(
        C=INVERSE_PENALTY, fit_intercept=False, solver="liblinear", max_iter=MOST_ITERATIONS, random_state=0
    )
    if len(pairs) == 1:
        return LinearJudge(name, np.asarray(differences.toarray()[0]))
    model.fit(diags(labels) @ differences, labels)
    return LinearJudge(name, np.asarray(model.coef_[0], dtype=np.float64))


def _shown(pair: PreferencePair, comments: CommentPolicy) -> Comparison:
    shown = pair.present("A").comparison
    if comments == "kept":
        return shown
    codes = {"code_a": strip_comments(shown.code_a).code, "code_b": strip_comments(shown.code_b).code}
    return shown.model_copy(update=codes)
