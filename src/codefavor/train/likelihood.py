"""The likelihood objective: how much to trust a base's likelihoods and the linear control, for every aspect. Minutes.

The base is not changed. The control is fitted to all pairs; the two weights of an aspect are fitted to some of its
pairs, of which the control is asked that has seen none of their kind: operators of Regress-Evol that it was fitted to
would flatter it (docs/experiments.md).
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import numpy as np
from numpy.typing import NDArray

from codefavor.errors import DataError
from codefavor.judge.card import JudgeCard, LikelihoodShape, LikelihoodWeights
from codefavor.judge.comments import with_comments
from codefavor.judge.likelihood import LIKELIHOOD_FORMAT, Likelihood, bounded
from codefavor.manifest import Manifest
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import TrainConfig
from codefavor.train.folder import check_folder, finish_folder
from codefavor.train.linear import fit_ngrams
from codefavor.train.nonnegative import fit_nonnegative

FOLDS = 3
"""Parts of the kinds of pairs; the control that is asked of one is fitted to the others."""
ASKED = 200
"""Pairs of an aspect of which the base is asked: two weights need no more."""
_PORTION = 25


def train_likelihood(
    pairs: Sequence[PreferencePair],
    config: TrainConfig,
    out: Path,
    manifest: Manifest,
    progress: Callable[[int, int], None],
) -> LikelihoodShape:
    """Fit a judge, write it to `out` with its card, manifest and model card, and return its weights.

    `progress` is told how many pairs the base has read, and of how many.

    Raises:
        ConfigError: `out` holds something already.
        DataError: no pair has an aspect, or all are of one kind and function.
        ModelError: the base cannot be loaded.
    """
    check_folder(out, resume=False)
    asked = _some_of_each_aspect(pairs, config.seed)
    ngrams = _held_out_logits(pairs, asked, config)
    base = Likelihood.load(config.model, max_length=config.max_length)
    likelihoods = _differences(base, [_shown(pair, config) for pair in asked], progress)
    score = fit_ngrams(pairs, config.comments)
    aspects = np.array([str(pair.criterion.aspect) for pair in asked])
    features = np.stack([likelihoods, ngrams], axis=1)
    weights = {}
    for aspect in sorted(set(aspects)):
        likelihood, words = fit_nonnegative(features[aspects == aspect])
        weights[aspect] = LikelihoodWeights(likelihood=round(likelihood, 4), ngrams=round(words, 4))
    shape = LikelihoodShape(weights=weights, pairs={aspect: int((aspects == aspect).sum()) for aspect in weights})
    out.mkdir(parents=True, exist_ok=True)
    score.save(out)
    card = JudgeCard(
        objective="likelihood",
        base_model=config.model,
        format=LIKELIHOOD_FORMAT,
        comments=config.comments,
        max_length=config.judge_max_length or config.max_length,
        likelihood=shape,
    )
    finish_folder(out, card, config, manifest, pairs, truncated=0)
    return shape


def _some_of_each_aspect(pairs: Sequence[PreferencePair], seed: int) -> list[PreferencePair]:
    by_aspect: dict[str, list[PreferencePair]] = {}
    for pair in pairs:
        if pair.criterion.aspect is not None:
            by_aspect.setdefault(pair.criterion.aspect, []).append(pair)
    if not by_aspect:
        raise DataError("no pair is of an aspect, and weights are fitted for each; leave --criterion, or add pairs")
    rng = Random(seed)
    return [pair for _, known in sorted(by_aspect.items()) for pair in rng.sample(known, min(ASKED, len(known)))]


def _held_out_logits(
    pairs: Sequence[PreferencePair], asked: Sequence[PreferencePair], config: TrainConfig
) -> NDArray[np.float64]:
    """Return the control's logit for the chosen side of the pairs `asked`, fitted to pairs of other kinds alone."""
    folds = _folds(pairs, config.seed)
    logits = np.zeros(len(asked))
    for fold in range(FOLDS):
        places = [place for place, pair in enumerate(asked) if folds[pair.id] == fold]
        others = [pair for pair in pairs if folds[pair.id] != fold]
        if places:
            shown = [_shown(asked[place], config) for place in places]
            logits[places] = fit_ngrams(others, config.comments).scores(shown)
    return logits


def _folds(pairs: Sequence[PreferencePair], seed: int) -> dict[str, int]:
    """Return the fold of every pair: by the way in which it was made where there are enough, else by its function."""
    for kind_of in (_method, _function):
        kinds = sorted({kind_of(pair) for pair in pairs})
        if len(kinds) >= 2 * FOLDS:
            Random(seed).shuffle(kinds)
            fold = {kind: place % FOLDS for place, kind in enumerate(kinds)}
            return {pair.id: fold[kind_of(pair)] for pair in pairs}
    raise DataError(f"the pairs are of fewer than {2 * FOLDS} functions, so that nothing can be held out; add pairs")


def _method(pair: PreferencePair) -> str:
    return pair.provenance.method


def _function(pair: PreferencePair) -> str:
    return pair.provenance.group


def _differences(
    base: Likelihood, shown: Sequence[Comparison], progress: Callable[[int, int], None]
) -> NDArray[np.float64]:
    """Return the differences of the log-likelihoods, chosen less rejected, as they are weighed."""
    found: list[float] = []
    for begin in range(0, len(shown), _PORTION):
        progress(len(found), len(shown))
        found += [bounded(each.difference) for each in base.ask(shown[begin : begin + _PORTION])]
    progress(len(found), len(shown))
    return np.array(found)


def _shown(pair: PreferencePair, config: TrainConfig) -> Comparison:
    return with_comments(pair.present("A").comparison, config.comments).comparison
