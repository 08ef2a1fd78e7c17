"""The grounded objective: a logistic model over named features of evidence, without an intercept. Fits in seconds.

The evidence is taken from the pairs where they carry it, and collected where they do not. No weight is below zero: a
feature that seems to favour the worse code is chance or a fault of the pairs, and must not be learned.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from codefavor.errors import DataError
from codefavor.judges.card import JudgeCard
from codefavor.judges.grounded import evidence_of, inner_logit
from codefavor.judges.grounded_model import FEATURES, GROUNDED_FORMAT, GroundedModel, features_of
from codefavor.judges.protocol import Judge
from codefavor.manifest import Manifest
from codefavor.pairs.evidence import Evidence
from codefavor.pairs.pair import PreferencePair
from codefavor.pairs.presentation import present
from codefavor.train.config import GroundedConfig
from codefavor.train.output_dir import check_folder, finish_folder

PENALTY = 1.0
"""Half the weight of the squared weights against the sum of the losses: evidence that was never wrong stays finite."""
_NAMES = tuple(FEATURES)


def train_grounded(
    pairs: Sequence[PreferencePair],
    config: GroundedConfig,
    out: Path,
    manifest: Manifest,
    evidence: Judge,
    inner: Judge | None,
) -> GroundedModel:
    """Fit a judge, write it to `out` with its card, manifest and model card, and return its model.

    Args:
        pairs: what it is fitted on; pairs that no program can decide are left out.
        config: its settings, with the inner judge's spec.
        out: the folder.
        manifest: what made it.
        evidence: the judge that runs pairs without evidence.
        inner: the judge that is joined with the evidence.

    Raises:
        UserError: `out` holds something already.
        DataError: no pair is of an aspect that a program can decide.
        SandboxError: evidence must be collected, and code cannot be run safely here.
    """
    check_folder(out, resume=False)
    used = [pair for pair in pairs if pair.criterion.aspect and pair.criterion.aspect.verifiable]
    if not used:
        raise DataError("there are no pairs of correctness, efficiency or security to fit a grounded judge on")
    model = fit_grounded(used, config, evidence, inner)
    out.mkdir(parents=True, exist_ok=True)
    card = JudgeCard(objective="grounded", format=GROUNDED_FORMAT, comments=config.comments, grounded=model)
    finish_folder(out, card, config, manifest, used, truncated=0)
    return model


def fit_grounded(
    pairs: Sequence[PreferencePair], config: GroundedConfig, evidence: Judge, inner: Judge | None
) -> GroundedModel:
    """Return the model fitted to `pairs`, whose chosen code is A throughout."""
    comparisons = [present(pair.present("A").comparison, config.comments).comparison for pair in pairs]
    inner_verdicts = inner.judge(comparisons) if inner else [None] * len(comparisons)
    rows: dict[str, list[dict[str, float]]] = defaultdict(list)
    for pair, known, verdict in zip(pairs, _evidence(pairs, evidence), inner_verdicts, strict=True):
        aspect = pair.criterion.aspect
        if aspect is not None and known is not None:
            rows[str(aspect)].append(features_of(known, aspect, inner_logit(verdict)))
    return GroundedModel(
        inner=config.inner,
        weights={aspect: fit_weights(features) for aspect, features in rows.items()},
        pairs={aspect: len(features) for aspect, features in rows.items()},
    )


def _evidence(pairs: Sequence[PreferencePair], judge: Judge) -> list[Evidence | None]:
    lacking = [pair.present("A").comparison for pair in pairs if pair.evidence is None]
    fresh = iter(evidence_of(judge, lacking) if lacking else [])
    return [pair.evidence if pair.evidence is not None else next(fresh).evidence for pair in pairs]


def fit_weights(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    """Return the weights, none below zero, under which the chosen sides are likeliest."""
    matrix = np.array([[row.get(name, 0.0) for name in _NAMES] for row in rows])

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = matrix @ weights
        wrong = 1 / (1 + np.exp(np.clip(scores, -500, 500)))
        value = np.logaddexp(0, -scores).sum() + PENALTY / 2 * (weights**2).sum()
        return float(value), PENALTY * weights - matrix.T @ wrong

    found = minimize(loss, np.zeros(len(_NAMES)), jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(_NAMES))
    return {name: round(float(weight), 4) for name, weight in zip(_NAMES, found.x, strict=True) if weight > 1e-4}
