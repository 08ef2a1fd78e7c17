"""How good each annotator is, estimated from agreement alone: the model of Dawid and Skene, fitted by EM.

Each task has one better side, unknown; each annotator answers A, B or tie with chances that depend on it and on nothing
else. A tie is an answer, never the truth. Annotators who copy each other, or tasks that mislead most, break the model.

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
_PRIOR_ANSWERS = 0.5
"""Answers of each kind that every annotator is taken to have given beforehand, so that few answers prove nothing."""

Floats = NDArray[np.float64]


class Answer(Record):
    """One answer, said of the task's own order of candidates."""

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
    ties: float
    """The chance of a tie."""
    chances: tuple[tuple[float, float, float], tuple[float, float, float]]
    """The chances of A, B and tie where A is better, then where B is."""


class Consensus(Record):
    """The fitted model."""

    qualities: tuple[Quality, ...]
    """One for every annotator, best first."""
    prob_a: dict[str, float]
    """For every task the probability that A is better."""
    rounds: int
    """Rounds of EM until nothing moved."""


def fit(answers: Sequence[Answer]) -> Consensus:
    """Fit the model, starting from each task's share of votes for A; the same answers always give the same fit.

    Raises:
        ValueError: there are no answers.
    """
    if not answers:
        raise ValueError("there are no answers to fit")
    tasks, task_of = np.unique([answer.task for answer in answers], return_inverse=True)
    people, person_of = np.unique([answer.annotator for answer in answers], return_inverse=True)
    given = np.array([CATEGORIES.index(answer.choice) for answer in answers])
    belief = _first_belief(task_of, given, len(tasks))
    chances = _chances(belief, task_of, person_of, given, len(people))
    rounds, moved = 0, np.inf
    while moved > TOLERANCE and rounds < MAX_ROUNDS:
        rounds += 1
        before = belief
        belief = _belief(belief.mean(axis=0), chances, task_of, person_of, given)
        chances = _chances(belief, task_of, person_of, given, len(people))
        moved = float(np.abs(belief - before).max())
    share = belief.mean(axis=0)
    counts = np.bincount(person_of, minlength=len(people))
    qualities = [_quality(str(name), int(counts[k]), chances[k], share) for k, name in enumerate(people)]
    return Consensus(
        qualities=tuple(sorted(qualities, key=lambda quality: (-quality.score, quality.annotator))),
        prob_a={str(task): float(belief[i, 0]) for i, task in enumerate(tasks)},
        rounds=rounds,
    )


def _first_belief(task_of: NDArray[np.intp], given: NDArray[np.int_], tasks: int) -> Floats:
    """Return the share of votes for each side, a tie being half a vote for both; shape (tasks, 2)."""
    for_a = np.select([given == 0, given == 1], [1.0, 0.0], default=0.5)
    share = np.bincount(task_of, weights=for_a, minlength=tasks) / np.bincount(task_of, minlength=tasks)
    belief: Floats = np.stack([share, 1 - share], axis=1)
    return belief


def _chances(
    belief: Floats, task_of: NDArray[np.intp], person_of: NDArray[np.intp], given: NDArray[np.int_], people: int
) -> Floats:
    """Return each annotator's chances of each answer by better side; shape (people, 2, categories)."""
    counts: Floats = np.full((people, len(CATEGORIES), 2), _PRIOR_ANSWERS)
    np.add.at(counts, (person_of, given), belief[task_of])
    counts = counts.transpose(0, 2, 1)
    chances: Floats = counts / counts.sum(axis=2, keepdims=True)
    return chances


def _belief(
    share: Floats, chances: Floats, task_of: NDArray[np.intp], person_of: NDArray[np.intp], given: NDArray[np.int_]
) -> Floats:
    """Return the probability of each side by task; shape (tasks, 2)."""
    tasks = int(task_of.max()) + 1
    log_belief: Floats = np.tile(np.log(np.maximum(share, 1e-12)), (tasks, 1))
    np.add.at(log_belief, task_of, np.log(chances[person_of, :, given]))
    log_belief -= log_belief.max(axis=1, keepdims=True)
    likely = np.exp(log_belief)
    belief: Floats = likely / likely.sum(axis=1, keepdims=True)
    return belief


def _quality(name: str, answers: int, chances: Floats, share: Floats) -> Quality:
    right = float(share[0] * chances[0, 0] + share[1] * chances[1, 1])
    ties = float(share @ chances[:, 2])
    first, second = (tuple(float(chance) for chance in row) for row in chances)
    return Quality(annotator=name, answers=answers, score=right + ties / 2, ties=ties, chances=(first, second))  # type: ignore[arg-type]
