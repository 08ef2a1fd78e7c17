"""How good each annotator is, estimated from agreement alone: the model of Dawid and Skene, fitted by EM.

Each task has one better side, unknown; each annotator gives the better side, the other, or a tie, with chances of their
own that depend on nothing else. Which candidate a task calls A is arbitrary, so that A and B share their chances: half
the parameters of the general model, which three votes a task cannot carry. A tie is an answer, never the truth.
Annotators who copy each other, or tasks that mislead most of them, break the model.

Source: Dawid and Skene 1979, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm".
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from codefavor.pairs.agreement import CATEGORIES
from codefavor.pairs.comparison import Choice
from codefavor.record import Record

MAX_ROUNDS = 500
TOLERANCE = 1e-6
_PRIOR = np.array([1.5, 0.5, 0.5])
"""Answers (better side, other side, tie) that every annotator is taken to have given beforehand: few prove little, and
an annotator is better than a coin until shown otherwise."""

Floats = NDArray[np.float64]


class AnnotatorAnswer(Record):
    """One answer, about the task's own order of candidates."""

    task: str
    """The task."""
    annotator: str
    """Who answered."""
    choice: Choice
    """The answer."""


class Quality(Record):
    """What the model says of one annotator."""

    annotator: str
    """The annotator."""
    answers: int
    """How many answers the estimate rests on."""
    score: float
    """The expected score of an answer: the chance of the better side plus half of the chance of a tie."""
    better: float
    """The chance of the better side."""
    ties: float
    """The chance of a tie."""


class Consensus(Record):
    """The fitted model."""

    qualities: tuple[Quality, ...]
    """One for every annotator, best first."""
    prob_a: dict[str, float]
    """For every task the probability that A is better."""
    rounds: int
    """Rounds of EM until nothing moved."""


def fit(answers: Sequence[AnnotatorAnswer]) -> Consensus:
    """Fit the model, starting from each task's share of votes for A; the same answers always give the same fit.

    Raises:
        ValueError: there are no answers.
    """
    if not answers:
        raise ValueError("there are no answers to fit")
    tasks, task_of = np.unique([answer.task for answer in answers], return_inverse=True)
    people, person_of = np.unique([answer.annotator for answer in answers], return_inverse=True)
    categories = np.array([CATEGORIES.index(answer.choice) for answer in answers])
    for_a = np.array([1.0, 0.0, 0.5])[categories]
    belief = np.bincount(task_of, weights=for_a) / np.bincount(task_of)
    chances = _chances(belief[task_of], person_of, categories)
    rounds, moved = 0, np.inf
    while moved > TOLERANCE and rounds < MAX_ROUNDS:
        rounds += 1
        before, belief = belief, _belief(chances, task_of, person_of, categories)
        chances = _chances(belief[task_of], person_of, categories)
        moved = float(np.abs(belief - before).max())
    counts = np.bincount(person_of)
    qualities = [_quality(str(name), int(counts[k]), chances[k]) for k, name in enumerate(people)]
    return Consensus(
        qualities=tuple(sorted(qualities, key=lambda quality: (-quality.score, quality.annotator))),
        prob_a={str(task): float(belief[i]) for i, task in enumerate(tasks)},
        rounds=rounds,
    )


def _chances(belief: Floats, person_of: NDArray[np.intp], categories: NDArray[np.int_]) -> Floats:
    """Return each annotator's chances of the better side, the other and a tie; shape (people, 3).

    Args:
        belief: for every answer the probability that its task's A is better.
        person_of: for every answer its annotator.
        categories: for every answer its category.
    """
    better = np.select([categories == 0, categories == 1], [belief, 1 - belief], default=0.0)
    worse = np.select([categories == 0, categories == 1], [1 - belief, belief], default=0.0)
    columns = [
        np.bincount(person_of, weights=weight) for weight in (better, worse, (categories == 2).astype(np.float64))
    ]
    counts = np.stack(columns, axis=1) + _PRIOR
    chances: Floats = counts / counts.sum(axis=1, keepdims=True)
    return chances


def _belief(
    chances: Floats, task_of: NDArray[np.intp], person_of: NDArray[np.intp], categories: NDArray[np.int_]
) -> Floats:
    """Return for every task the probability that A is better; ties do not change it."""
    weight = np.log(chances[person_of, 0]) - np.log(chances[person_of, 1])
    odds = np.bincount(task_of, weights=weight * np.array([1.0, -1.0, 0.0])[categories])
    belief: Floats = 1 / (1 + np.exp(-odds))
    return belief


def _quality(name: str, answers: int, chances: Floats) -> Quality:
    better, _, ties = (float(chance) for chance in chances)
    return Quality(annotator=name, answers=answers, score=better + ties / 2, better=better, ties=ties)
