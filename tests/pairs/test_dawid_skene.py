import random

import numpy as np
import pytest

from codefavor.pairs.comparison import Choice, Side, other_side
from codefavor.pairs.dawid_skene import AnnotatorAnswer, fit

PLANTED = {"best": 0.95, "good": 0.85, "fair": 0.75, "poor": 0.6, "coin": 0.5}


def answers_of(tasks: int, seed: int) -> tuple[list[AnnotatorAnswer], dict[str, Side]]:
    rng = random.Random(seed)
    truths: dict[str, Side] = {str(task): rng.choice(("A", "B")) for task in range(tasks)}
    answers = [
        AnnotatorAnswer(task=task, annotator=name, choice=truth if rng.random() < quality else other_side(truth))
        for task, truth in truths.items()
        for name, quality in PLANTED.items()
    ]
    return answers, truths


def test_planted_qualities_are_recovered() -> None:
    answers, truths = answers_of(1500, seed=3)
    consensus = fit(answers)
    assert [quality.annotator for quality in consensus.qualities] == list(PLANTED)
    for quality in consensus.qualities:
        # Three standard errors of 1,500 answers, and as much again for the unknown truth.
        error = 6 * np.sqrt(0.25 / 1500)
        assert quality.score == pytest.approx(PLANTED[quality.annotator], abs=error)
    right = sum((consensus.prob_a[task] > 0.5) == (truth == "A") for task, truth in truths.items())
    votes = {task: [each.choice for each in answers if each.task == task] for task in truths}
    by_majority = sum((given.count("A") > given.count("B")) == (truths[task] == "A") for task, given in votes.items())
    assert right > by_majority > 0.85 * len(truths)


def test_order_of_answers_does_not_matter() -> None:
    answers, _ = answers_of(40, seed=1)
    first, second = fit(answers), fit(answers[::-1])
    assert [quality.annotator for quality in first.qualities] == [quality.annotator for quality in second.qualities]
    assert first.prob_a == pytest.approx(second.prob_a)


def test_a_tie_is_half_right() -> None:
    ties: list[Choice] = ["tie"] * 50
    answers = [AnnotatorAnswer(task=str(n), annotator="undecided", choice=choice) for n, choice in enumerate(ties)]
    (quality,) = fit(answers).qualities
    assert quality.score == pytest.approx(0.5, abs=0.02) and quality.ties > 0.95


def test_nothing_cannot_be_fitted() -> None:
    with pytest.raises(ValueError, match="no answers"):
        fit([])
