"""Bradley-Terry strengths of candidates from judgements in either order. Nothing is asked of a judge here.

The model: candidate i, shown first, beats j with probability sigmoid(s_i - s_j + b), where b is the judge's bias
towards the candidate shown first. A judgement counts as a win, as half a win each (a tie), or as the judge's
probability. Strengths are a priori normal with an unknown scale, which is averaged over, since a judge that never errs
and a judge that mostly guesses want different scales; the posterior of each scale is approximated by a normal
(Laplace). Source of the model: Bradley and Terry, Biometrika 39 (1952).

Many problems of the same number of candidates are computed at once: P problems, n candidates.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

Floats = NDArray[np.float64]

SCALES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Standard deviations of strengths, in logits, each as likely as the other before anything is known."""
BIAS_SCALE = 1.0
"""The standard deviation of the bias towards the first, in logits."""
_STEPS = 60
_LONGEST_STEP = 2.0
_SETTLED = 1e-6


class Judgements(NamedTuple):
    """What was answered: arrays of shape (P, n, n), rows being the candidate shown first."""

    answered: NDArray[np.bool_]
    """Where there is an answer."""
    first: Floats
    """How far the first won: 1, 0, one half, or the judge's probability."""


class Posterior(NamedTuple):
    """What is known of the strengths."""

    means: Floats
    """Shape (P, n + 1): strengths, then the bias towards the first."""
    covariances: Floats
    """Shape (P, n + 1, n + 1)."""


def posterior(judgements: Judgements) -> Posterior:
    """Return the mean and the covariance of strengths and position bias, given the judgements of all problems."""
    fits = [_laplace(judgements, scale) for scale in SCALES]
    evidence = np.stack([fit.evidence for fit in fits])
    weights = np.exp(evidence - evidence.max(axis=0))
    weights /= weights.sum(axis=0)
    modes = np.stack([fit.mode for fit in fits])
    mean = np.einsum("kp,kpi->pi", weights, modes)
    off = modes - mean
    within = np.einsum("kp,kpij->pij", weights, np.stack([fit.covariance for fit in fits]))
    return Posterior(mean, within + np.einsum("kp,kpi,kpj->pij", weights, off, off))


class _Fit(NamedTuple):
    mode: Floats
    covariance: Floats
    evidence: Floats


def _laplace(judgements: Judgements, scale: float) -> _Fit:
    """Return the mode, the covariance there and the logarithm of the evidence, up to a constant, for one scale."""
    problems, count, _ = judgements.first.shape
    precision = np.append(np.full(count, scale**-2), BIAS_SCALE**-2)
    mode = np.zeros((problems, count + 1))
    moving = np.ones((problems, 1), dtype=np.bool_)
    for _ in range(_STEPS):
        gradient, curvature = _derivatives(judgements, mode, precision)
        step = np.linalg.solve(curvature, gradient[..., None])[..., 0]
        longest = np.abs(step).max(axis=1, keepdims=True)
        # A problem that has settled stands still, so that its figures are the same whatever it is computed with.
        mode += moving * step * np.minimum(1.0, _LONGEST_STEP / np.maximum(longest, _LONGEST_STEP))
        moving &= longest >= _SETTLED
        if not moving.any():
            break
    _, curvature = _derivatives(judgements, mode, precision)
    logits = _logits(mode)
    fit = np.where(
        judgements.answered,
        judgements.first * log_expit(logits) + (1 - judgements.first) * log_expit(-logits),
        0.0,
    ).sum(axis=(1, 2))
    prior = 0.5 * np.log(precision).sum() - 0.5 * (mode**2 * precision).sum(axis=1)
    evidence: Floats = fit + prior - 0.5 * np.linalg.slogdet(curvature)[1]
    spread: Floats = np.linalg.inv(curvature).astype(np.float64)
    return _Fit(mode, spread, evidence)


def _logits(mode: Floats) -> Floats:
    strengths = mode[:, :-1]
    return strengths[:, :, None] - strengths[:, None, :] + mode[:, -1, None, None]


def _derivatives(judgements: Judgements, mode: Floats, precision: Floats) -> tuple[Floats, Floats]:
    """Return the gradient of the log posterior, (P, n + 1), and minus its Hessian, (P, n + 1, n + 1)."""
    expected = expit(_logits(mode))
    surprise = np.where(judgements.answered, judgements.first - expected, 0.0)
    weight = np.where(judgements.answered, expected * (1 - expected), 0.0)
    gradient = np.empty_like(mode)
    gradient[:, :-1] = surprise.sum(axis=2) - surprise.sum(axis=1)
    gradient[:, -1] = surprise.sum(axis=(1, 2))
    curvature = np.empty((*mode.shape, mode.shape[1]))
    curvature[:, :-1, :-1] = -weight - weight.transpose(0, 2, 1)
    as_first, as_second = weight.sum(axis=2), weight.sum(axis=1)
    curvature[:, :-1, -1] = curvature[:, -1, :-1] = as_first - as_second
    curvature[:, -1, -1] = weight.sum(axis=(1, 2))
    places = np.arange(mode.shape[1])
    curvature[:, places[:-1], places[:-1]] += as_first + as_second
    curvature[:, places, places] += precision
    return gradient - mode * precision, curvature
