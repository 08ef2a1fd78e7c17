"""Eighteen annotators with planted quality, speed, ties and bias go through the real queue: what does analysis see?"""

import random
from collections.abc import Iterator
from datetime import timedelta
from statistics import NormalDist

import numpy as np
import pytest
from scipy.stats import spearmanr
from study_tools import NOW, make_answer, make_task

from codefavor.annotate.analysis import StudyAnalysis, analyse
from codefavor.annotate.answers import AnswerKind, Assignment, CastVote, StudyAnswer, cast_votes
from codefavor.annotate.queue import Queue
from codefavor.annotate.study import StudySettings, StudyTask
from codefavor.pairs.comparison import Side, other_side
from codefavor.pairs.criterion import VERIFIABLE_ASPECTS
from codefavor.record import Record

TIES = 0.15
CARELESS = "annotator 17"


class Person(Record):
    """What is planted."""

    name: str
    """The name."""
    quality: float
    """The chance of the better side, given that a side is chosen."""
    minutes: float
    """The median of a vote."""
    bias: float
    """The chance of answering with the first candidate unread."""


PEOPLE = [
    Person(name=f"annotator {n:02}", quality=0.97 - 0.02 * n, minutes=3 + 0.5 * n, bias=0.5 if n == 5 else 0.0)
    for n in range(18)
]
TASKS = [make_task(n, aspect=VERIFIABLE_ASPECTS[n % 3]) for n in range(1800)]
CHECKS = [make_task(n, check=True) for n in range(12)]


def decide(person: Person, better: Side, rng: random.Random) -> AnswerKind:
    if rng.random() < person.bias:
        return "A"
    if rng.random() < TIES:
        return "tie"
    return better if rng.random() < person.quality else other_side(better)


def simulate(seed: int) -> Iterator[Assignment | StudyAnswer]:
    rng = random.Random(seed)
    tasks: dict[str, StudyTask] = {task.id: task for task in [*TASKS, *CHECKS]}
    study = Queue(StudySettings(seed=seed), list(tasks.values()), [], [])
    busy = list(PEOPLE)
    number, now = 0, NOW
    while busy:
        person = rng.choice(busy)
        now += timedelta(seconds=1)
        assignment = study.next_for(person.name, now)
        if assignment is None:
            busy.remove(person)
            continue
        study.give(assignment, now)
        task = tasks[assignment.task]
        better = other_side(task.label) if assignment.swapped else task.label
        kind = decide(person, better, rng)
        if task.check:
            kind = other_side(better) if person.name == CARELESS else better
        seconds = 60 * person.minutes * np.exp(0.4 * rng.gauss(0, 1))
        number += 1
        answer = make_answer(person.name, task.id, kind, number, seconds=float(seconds))
        study.take(answer)
        yield from (assignment, answer)


@pytest.fixture(scope="module")
def votes() -> list[CastVote]:
    rows = list(simulate(seed=11))
    tasks = {task.id: task for task in [*TASKS, *CHECKS]}
    given = [row for row in rows if isinstance(row, Assignment)]
    return cast_votes(tasks, given, [row for row in rows if isinstance(row, StudyAnswer)])


@pytest.fixture(scope="module")
def analysis(votes: list[CastVote]) -> StudyAnalysis:
    return analyse([*TASKS, *CHECKS], votes, wage=16.0, seed=0)


def answer_chances(person: Person) -> np.ndarray:
    """Chances of better, worse, tie; the biased answer is better or worse by the coin that drew the order."""
    side = (1 - person.bias) * (1 - TIES)
    unread = person.bias / 2
    return np.array([side * person.quality + unread, side * (1 - person.quality) + unread, (1 - person.bias) * TIES])


def test_every_task_has_its_three_votes(analysis: StudyAnalysis) -> None:
    assert analysis.overall.tasks == len(TASKS) and analysis.overall.votes == 3 * len(TASKS)


def test_planted_alpha_is_in_its_interval(votes: list[CastVote], analysis: StudyAnalysis) -> None:
    shares = {person.name: 0 for person in PEOPLE}
    for cast in votes:
        shares[cast.vote.annotator] += not cast.task.check
    weights = np.array([shares[person.name] for person in PEOPLE], dtype=float)
    weights /= weights.sum()
    chances = np.array([answer_chances(person) for person in PEOPLE])
    together = (weights[:, None] * weights[None, :]) * (chances @ chances.T)
    distinct = 1 - float((weights**2).sum())
    agreeing = (together.sum() - np.trace(together)) / distinct
    better, worse, tie = weights @ chances
    # The better side is A as often as B, so that chance agreement is over sides of equal share.
    by_chance = 2 * ((better + worse) / 2) ** 2 + tie**2
    planted = (agreeing - by_chance) / (1 - by_chance)
    found = analysis.overall.agreement
    assert found is not None
    assert found.alpha.interval[0] < planted < found.alpha.interval[1]
    assert found.alpha.value == pytest.approx(planted, abs=0.03)
    assert found.pairwise.value == pytest.approx(agreeing, abs=0.02)


def test_planted_order_of_quality_is_recovered_without_labels(analysis: StudyAnalysis) -> None:
    found = {each.name: each.quality.score for each in analysis.annotators if each.quality}
    planted = [answer_chances(person) @ [1, 0, 0.5] for person in PEOPLE]
    estimates = [found[person.name] for person in PEOPLE]
    assert spearmanr(planted, estimates).statistic > 0.9
    # About 300 votes each: a standard error of 0.025 if the truth were known; here two votes of others stand for it.
    assert np.abs(np.array(planted) - estimates).max() < 0.11
    assert np.abs(np.array(planted) - estimates).mean() < 0.04


def test_planted_times_and_costs_are_recovered(analysis: StudyAnalysis) -> None:
    found = {each.name: each.median_minutes for each in analysis.annotators}
    for person in PEOPLE:
        # The standard error of a median of 300 lognormal times with sigma 0.4 is about 3%.
        assert found[person.name] == pytest.approx(person.minutes, rel=0.12)
    overall = analysis.overall
    assert overall.minutes.left_out == overall.votes // 100
    assert overall.minutes.median < overall.minutes.p90 < overall.minutes.p99
    assert overall.dollars_per_task == pytest.approx(overall.minutes_per_task / 60 * 16)
    longest = NormalDist().inv_cdf(0.99)
    slowest = PEOPLE[-1].minutes * np.exp(0.4 * longest)
    assert PEOPLE[0].minutes < overall.minutes.p99 < slowest


def test_planted_position_bias_is_seen_and_nobody_elses(analysis: StudyAnalysis) -> None:
    shares = {each.name: each.first_share for each in analysis.annotators}
    for person in PEOPLE:
        share = shares[person.name]
        assert share is not None
        assert share > 0.65 if person.bias else abs(share - 0.5) < 0.12


def test_only_the_careless_are_flagged(analysis: StudyAnalysis) -> None:
    assert [each.name for each in analysis.annotators if each.flagged] == [CARELESS]
    assert all(each.checks >= 2 for each in analysis.annotators)


def test_the_majority_beats_its_members(analysis: StudyAnalysis) -> None:
    mean = np.mean([each.solved for each in analysis.annotators if each.solved is not None])
    assert analysis.overall.solved.value > mean + 0.03
    assert set(analysis.aspects) == set(VERIFIABLE_ASPECTS)


def test_annotators_left_out_count_for_nothing(votes: list[CastVote]) -> None:
    without = analyse(TASKS, votes, wage=16.0, seed=0, left_out=[CARELESS])
    assert CARELESS not in {each.name for each in without.annotators}
    with pytest.raises(ValueError, match="no votes"):
        analyse(TASKS, votes, wage=16.0, seed=0, left_out=[person.name for person in PEOPLE])
