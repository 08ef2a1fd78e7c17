"""The difference objective: two logistic regressions on pairs, of words and of states, and the shares they get.

States are read once, and kept on disk until the fit is done, so that a run that was stopped can be resumed. The shares
are fitted on scores of pairs whose operators neither regression had seen.
"""

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from codefavor.errors import DataError
from codefavor.judges.card import JudgeCard
from codefavor.judges.linear import difference_matrix
from codefavor.judges.trained.difference import (
    DIFFERENCE_FORMAT,
    STATE_ASPECTS,
    DifferenceWeights,
    reads_states,
    state_rows,
)
from codefavor.judges.trained.divergence_encoder import DivergenceEncoder, stacked
from codefavor.manifest import Manifest
from codefavor.models.deepspeed_device import set_deepspeed_device
from codefavor.models.embedded import resolve_model
from codefavor.models.pretrained import load_tokenizer, load_weights
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.pair import PreferencePair
from codefavor.record import content_digest
from codefavor.train.checkpoint import drop_checkpoint
from codefavor.train.config import DifferenceConfig
from codefavor.train.linear import fit_weights
from codefavor.train.output_dir import check_folder, finish_folder
from codefavor.train.preprocess import preprocess
from codefavor.train.state_checkpoint import load_states, save_states

STATE_PENALTY = 3e-5
"""The weight of the squared weights of states beside the mean loss; docs/experiments.md has what was tried."""
_SHARE_PENALTY = 1e-3
_SMALLEST = np.float32(1e-6)
_MAX_ITERATIONS = 100
_FOLDS = 4
_CHUNK = 256
"""Pairs that are read before the states are saved."""


def train_difference(
    pairs: Sequence[PreferencePair],
    config: DifferenceConfig,
    out: Path,
    manifest: Manifest,
    *,
    resume: bool,
    on_pairs: Callable[[int], None],
) -> int:
    """Fit a judge and write it to `out`; return how many pairs were cut. `on_pairs` is called with the number done.

    Raises:
        UserError: `out` holds something else or another run, or the configuration does not fit the model.
        DataError: there are too few pairs, or none for whose criterion states are read.
        ModelError: the base model cannot be loaded.
    """
    check_folder(out, resume=resume)
    set_deepspeed_device()
    usable = list(preprocess(pairs, config.comments, config.wording))
    comparisons, sources = [pair.present("A").comparison for pair in usable], _sources(usable)
    _check_pairs(comparisons, sources)
    model = resolve_model(config.model)
    reader = DivergenceEncoder.load(model, config.layers, config.max_length, "bf16" if config.bf16 else "fp32")
    run = content_digest([DIFFERENCE_FORMAT, config.model_dump(mode="json"), [pair.id for pair in pairs]])
    states = _read(comparisons, reader, out, run, on_pairs)
    weights = fit_difference(comparisons, states, sources)
    weights.save(out)
    load_weights(model, "backbone", config.layers).save_pretrained(out)
    load_tokenizer(model).save_pretrained(out)
    card = JudgeCard(
        objective="difference",
        base_model=config.model,
        format=DIFFERENCE_FORMAT,
        comments=config.comments,
        max_length=config.judge_max_length or config.max_length,
    )
    cut = sum(reads_states(comparison.criterion) and reader.cuts(comparison) for comparison in comparisons)
    finish_folder(out, card, config, manifest, pairs, cut)
    drop_checkpoint(out)
    return cut


def fit_difference(
    comparisons: Sequence[Comparison], states: NDArray[np.float32], sources: Sequence[str]
) -> DifferenceWeights:
    """Return weights fitted to comparisons whose better candidate is A.

    Args:
        comparisons: the comparisons.
        states: those of the comparisons for whose criterion states are read, of shape (such comparisons, width).
        sources: what each comparison comes from; the shares are fitted across sources.
    """
    with_states = np.array([reads_states(comparison.criterion) for comparison in comparisons])
    spread = np.sqrt(np.mean(np.square(states), axis=0)) + _SMALLEST
    rows = state_rows([comparison for comparison in comparisons if reads_states(comparison.criterion)], states, spread)
    words = difference_matrix(comparisons)
    folds = GroupKFold(min(_FOLDS, len(set(sources))))
    seen = np.zeros((len(comparisons), 2))
    places = np.cumsum(with_states) - 1
    for train, test in folds.split(sources, groups=sources):
        own = test[with_states[test]]
        seen[own, 0] = words[own] @ fit_weights(words[train])
        seen[own, 1] = rows[places[own]] @ _fit(rows[places[train[with_states[train]]]], STATE_PENALTY)
    share_of_words, share_of_states = _fit(seen[with_states], _SHARE_PENALTY)
    return DifferenceWeights(
        words=fit_weights(words) * share_of_words,
        spread=spread,
        states=(_fit(rows, STATE_PENALTY) * share_of_states).reshape(1 + len(STATE_ASPECTS), -1),
    )


def _check_pairs(comparisons: Sequence[Comparison], sources: Sequence[str]) -> None:
    if not comparisons:
        raise DataError("there are no pairs to train on")
    if not any(reads_states(comparison.criterion) for comparison in comparisons):
        raise DataError("no pair has a criterion for which states are read: use --objective linear")
    if len(set(sources)) == 1:
        raise DataError("all pairs are of one source, and the shares of words and states are fitted across sources")


def _sources(pairs: Sequence[PreferencePair]) -> list[str]:
    """Return the operator of every pair, or its problem where there are fewer operators than folds."""
    operators = [pair.provenance.method for pair in pairs]
    return operators if len(set(operators)) >= _FOLDS else [pair.provenance.group for pair in pairs]


def _read(
    comparisons: Sequence[Comparison], reader: DivergenceEncoder, out: Path, run: str, on_pairs: Callable[[int], None]
) -> NDArray[np.float32]:
    with_states = [comparison for comparison in comparisons if reads_states(comparison.criterion)]
    unread = len(comparisons) - len(with_states)
    states = load_states(out, run, reader.width)
    on_pairs(unread + len(states))
    for begin in range(len(states), len(with_states), _CHUNK):
        states = np.concatenate([states, stacked(reader.read(with_states[begin : begin + _CHUNK]), reader.width)])
        save_states(out, run, states)
        on_pairs(unread + len(states))
    return states


def _fit(rows: NDArray[np.floating], penalty: float) -> NDArray[np.float64]:
    """Return the weights of rows that say how the better candidate differs, without an intercept."""
    if not len(rows):
        return np.zeros(rows.shape[1])
    # Each row in both orders: the solver wants to see both answers.
    both = np.concatenate([rows, -rows])
    labels = np.repeat([1, -1], len(rows))
    model = LogisticRegression(C=1 / (2 * penalty * len(both)), fit_intercept=False, max_iter=_MAX_ITERATIONS)
    with warnings.catch_warnings():
        # Stopped early is good enough, and as good on operators not seen.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(both, labels)
    return np.asarray(model.coef_[0], dtype=np.float64)
