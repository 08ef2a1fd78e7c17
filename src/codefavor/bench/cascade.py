"""Finds the thresholds of a cascade so that the error among answered comparisons stays under a target.

That error is not monotone in the thresholds, so that conformal risk control for monotone losses does not apply. Learn
then Test does: every setting of the thresholds is a hypothesis "its error exceeds the target", whose p value is the
binomial tail of its errors among what it answers; hypotheses are tested in an order fixed without the data they are
tested on, until the first that cannot be rejected. With probability 1 - delta no setting accepted exceeds the target.

Half of the problems (drawn by the seed) propose the settings and their order; the other half, one task of each problem
so that tasks are independent, tests them. Source: Angelopoulos, Bates, Candès, Jordan and Lei 2021, "Learn then Test:
Calibrating Predictive Algorithms to Achieve Risk Control", section 2 (fixed sequence testing on a split).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Indices = NDArray[np.int64]

RISKS = tuple(float(risk) for risk in np.linspace(0.0, 0.5, 51))
"""The errors of single stages at which settings are proposed."""


@dataclass(frozen=True)
class StageAnswers:
    """The answers of one stage to every task."""

    confidence: Floats
    """How sure it is, by task; 0 where it names no side."""
    right: Flags
    """Whether the side it names is the better one."""


@dataclass(frozen=True)
class CertifiedThresholds:
    """A setting of the thresholds that holds the target."""

    thresholds: tuple[float | None, ...]
    """By stage; None for a stage that never answers."""
    problems: int
    """The problems it was tested on."""
    answered: int
    """How many of them it answers."""
    errors: int
    """How many of those wrongly."""
    p_value: float
    """The binomial tail."""


@dataclass(frozen=True)
class CascadeOutcome:
    """What a cascade does with some tasks."""

    by: Indices
    """The stage that answers, by task; -1 for none."""
    right: Flags
    """Whether the answer is right; False where there is none."""

    @property
    def answered(self) -> int:
        """How many are answered."""
        return int((self.by >= 0).sum())

    @property
    def errors(self) -> int:
        """How many of those wrongly."""
        return self.answered - int(self.right.sum())


def certify(
    stages: Sequence[StageAnswers], groups: Sequence[str], target: float, delta: float, rng: np.random.Generator
) -> CertifiedThresholds | None:
    """Return the setting that answers most among those shown to hold the target; None where none is.

    Args:
        stages: the answers of every stage to the same tasks, in the order in which the cascade asks.
        groups: the problem of every task.
        target: the error among answered tasks that must not be exceeded.
        delta: the probability with which it may be exceeded all the same.
        rng: draws the halves and the task of each problem.
    """
    proposing, testing = _halves(groups, rng)
    proposals = _in_order(stages, proposing, target)
    best: CertifiedThresholds | None = None
    for thresholds in proposals:
        outcome = apply_thresholds(stages, thresholds, testing)
        p_value = binomial_tail(outcome.answered, outcome.errors, target)
        if p_value > delta:
            break
        if best is None or outcome.answered > best.answered:
            best = CertifiedThresholds(thresholds, len(testing), outcome.answered, outcome.errors, p_value)
    return best


def min_problems(target: float, delta: float) -> int:
    """Return how many problems, all answered rightly, the testing half must have for anything to be certified."""
    return math.ceil(math.log(delta) / math.log1p(-target))


def why_nothing_is_certified(tried: str, groups: Sequence[str], target: float, delta: float, remedy: str) -> str:
    """Return the sentences for an error where no threshold can be certified.

    Args:
        tried: what was tried, such as "no thresholds keep".
        groups: the problem of every task.
        target: the error among answered tasks that must not be exceeded.
        delta: the probability with which it may be exceeded all the same.
        remedy: what to do.
    """
    return (
        f"{tried} the error under {target:g} with probability {1 - delta:g} on {len(set(groups))} problems; half of "
        f"them test, and {min_problems(target, delta)} answered without an error are the least. {remedy}"
    )


def binomial_tail(answered: int, errors: int, target: float) -> float:
    """Return how probable so few errors among so many answers are if the error is the target."""
    return float(stats.binom.cdf(errors, answered, target)) if answered else 1.0


def apply_thresholds(
    stages: Sequence[StageAnswers], thresholds: Sequence[float | None], tasks: Indices
) -> CascadeOutcome:
    """Return what the cascade does with `tasks`, given by index."""
    by = np.full(len(tasks), -1, dtype=np.int64)
    right = np.zeros(len(tasks), dtype=np.bool_)
    for number, (stage, threshold) in enumerate(zip(stages, thresholds, strict=True)):
        if threshold is None:
            continue
        answers = (by < 0) & _is_sure(stage.confidence[tasks], threshold)
        by[answers] = number
        right[answers] = stage.right[tasks][answers]
    return CascadeOutcome(by, right)


def _is_sure(confidence: Floats, threshold: float) -> Flags:
    return (confidence >= threshold) & (confidence > 0)


def _halves(groups: Sequence[str], rng: np.random.Generator) -> tuple[Indices, Indices]:
    """Return the tasks of one half of the problems, and one task of each problem of the other."""
    members: dict[str, list[int]] = {}
    for index, group in enumerate(groups):
        members.setdefault(group, []).append(index)
    order = rng.permutation(len(members))
    problems = list(members.values())
    half = len(problems) // 2
    proposing = [index for place in order[:half] for index in problems[place]]
    testing = [int(rng.choice(problems[place])) for place in order[half:]]
    return np.array(proposing, dtype=np.int64), np.array(testing, dtype=np.int64)


def _in_order(stages: Sequence[StageAnswers], tasks: Indices, target: float) -> list[tuple[float | None, ...]]:
    """Return the settings that the proposing half suggests, the surest to hold the target first."""
    proposals = {_proposal(stages, tasks, risk): None for risk in RISKS}
    ranked = []
    for thresholds in proposals:
        outcome = apply_thresholds(stages, thresholds, tasks)
        ranked.append((binomial_tail(outcome.answered, outcome.errors, target), -outcome.answered, thresholds))
    return [thresholds for _, _, thresholds in sorted(ranked, key=lambda row: row[:2])]


def _proposal(stages: Sequence[StageAnswers], tasks: Indices, risk: float) -> tuple[float | None, ...]:
    """Return for each stage the lowest threshold whose error, among what reaches the stage, is at most `risk`."""
    left = tasks
    thresholds: list[float | None] = []
    for stage in stages:
        threshold = _lowest(stage.confidence[left], stage.right[left], risk)
        thresholds.append(threshold)
        if threshold is not None:
            left = left[~_is_sure(stage.confidence[left], threshold)]
    return tuple(thresholds)


def _lowest(confidence: Floats, right: Flags, risk: float) -> float | None:
    named = confidence > 0
    order = np.argsort(-confidence[named], kind="stable")
    sure, wrong = confidence[named][order], ~right[named][order]
    if not len(sure):
        return None
    errors = np.cumsum(wrong) / np.arange(1, len(sure) + 1)
    # A threshold takes all of one confidence or none of them.
    ends = np.append(sure[1:] < sure[:-1], True)
    held = np.flatnonzero(ends & (errors <= risk))
    return float(sure[held[-1]]) if len(held) else None
