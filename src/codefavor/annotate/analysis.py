"""What the votes of a study say: solve rates, agreement, how good and how fast each annotator is, and what it cost.

Attention checks judge annotators and count for nothing else. Sides are said of the task's own order, never of the order
shown, except for the position bias. Sources: paper, sections 3.1 to 3.3; the rest is named where it is computed.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import get_args

import numpy as np

from codefavor.annotate.answers import CastVote
from codefavor.annotate.durations import Minutes, minutes_of
from codefavor.annotate.study import StudyTask
from codefavor.bench.statistics import ClusteredSample, Estimate
from codefavor.judges.human_votes import vote_cost
from codefavor.pairs.agreement import Agreement, agreement
from codefavor.pairs.dawid_skene import AnnotatorAnswer, Quality, fit
from codefavor.pairs.majority import majority
from codefavor.pairs.vote import Confidence
from codefavor.record import Record

FEWEST_CHECKS = 2
"""Nobody is flagged for fewer attention checks."""

PASSING = 2 / 3
"""The share of checks that an attentive annotator answers right at the least."""


class Votes(Record):
    """What people made of the tasks of one aspect."""

    tasks: int
    """Tasks with a vote."""
    votes: int
    """Their votes."""
    solved: Estimate
    """The share of tasks whose majority is the labelled side, an undecided majority counting half; by problem."""
    undecided: float
    """The share of tasks without a majority."""
    ties: float
    """The share of votes that are ties."""
    agreement: Agreement | None
    """How far the votes agree; None where no task has two."""
    first_share: float | None
    """Of the votes for a side, the share for the candidate shown as A: one half without position bias."""
    confidence: dict[Confidence, float]
    """The share of votes of each confidence (paper, Table 2)."""
    minutes: Minutes
    """Minutes of one vote."""
    minutes_per_task: float
    """Minutes of all the people who voted on a task, together."""
    dollars_per_task: float
    """What a task cost at the wage, all its votes together."""


class Annotator(Record):
    """One person's part in the study."""

    name: str
    """The name."""
    votes: int
    """Votes on tasks."""
    quality: Quality | None
    """The estimate from agreement alone (Dawid and Skene); None without a vote on a task."""
    solved: float | None
    """The share of votes for the labelled side, ties counting half."""
    first_share: float | None
    """Of the votes for a side, the share for the candidate shown as A."""
    median_minutes: float | None
    """The median of a vote."""
    checks: int
    """Attention checks answered."""
    checks_passed: int
    """Of these, how many right."""

    @property
    def flagged(self) -> bool:
        """Whether so many checks went wrong that the votes should be looked at."""
        return self.checks >= FEWEST_CHECKS and self.checks_passed < PASSING * self.checks


class StudyAnalysis(Record):
    """What the votes of a study say."""

    aspects: dict[str, Votes]
    """By aspect; aspects without a vote are left out."""
    overall: Votes
    """All aspects together."""
    annotators: tuple[Annotator, ...]
    """Everyone who voted, best first by the estimate from agreement."""
    tasks: int
    """Tasks of the study, voted on or not."""
    left_out: tuple[str, ...]
    """Annotators whose votes were left out on request."""
    wage: float
    """US dollars an hour."""
    seed: int
    """Draws the bootstrap."""


def analyse(
    tasks: Sequence[StudyTask], votes: Sequence[CastVote], wage: float, seed: int, left_out: Sequence[str] = ()
) -> StudyAnalysis:
    """Return the analysis of the votes that stand.

    Args:
        tasks: the tasks of the study with its checks.
        votes: the votes that stand, checks included; at least one on a task that is no check.
        wage: US dollars an hour.
        seed: draws the bootstrap.
        left_out: annotators whose votes count for nothing.

    Raises:
        ValueError: no vote is left to analyse.
    """
    counted = [cast for cast in votes if cast.vote.annotator not in left_out]
    real = [cast for cast in counted if not cast.task.check]
    if not real:
        raise ValueError("there are no votes to analyse")
    by_aspect: dict[str, list[CastVote]] = defaultdict(list)
    for cast in real:
        by_aspect[cast.task.aspect_name].append(cast)
    rng = np.random.default_rng(seed)
    return StudyAnalysis(
        aspects={aspect: _votes(by_aspect[aspect], wage, rng) for aspect in sorted(by_aspect)},
        overall=_votes(real, wage, rng),
        annotators=_annotators(counted, real),
        tasks=sum(not task.check for task in tasks),
        left_out=tuple(left_out),
        wage=wage,
        seed=seed,
    )


def _votes(votes: Sequence[CastVote], wage: float, rng: np.random.Generator) -> Votes:
    by_task: dict[str, list[CastVote]] = defaultdict(list)
    for cast in votes:
        by_task[cast.task.id].append(cast)
    tasks = [members[0].task for members in by_task.values()]
    choices = [[cast.choice for cast in members] for members in by_task.values()]
    decided = [majority(of_task) for of_task in choices]
    scores = [_score(choice, task) for choice, task in zip(decided, tasks, strict=True)]
    groups = [task.group for task in tasks]
    seconds = [cast.vote.seconds for cast in votes]
    confidences = Counter(cast.vote.confidence for cast in votes)
    return Votes(
        tasks=len(tasks),
        votes=len(votes),
        solved=ClusteredSample(scores, ["all"] * len(scores), groups).estimate(rng),
        undecided=decided.count("tie") / len(decided),
        ties=sum(cast.choice == "tie" for cast in votes) / len(votes),
        agreement=agreement(choices, groups, rng),
        first_share=_first_share(votes),
        confidence={level: confidences[level] / len(votes) for level in get_args(Confidence)},
        minutes=minutes_of(seconds),
        minutes_per_task=sum(seconds) / 60 / len(tasks),
        dollars_per_task=vote_cost(sum(seconds), wage) / len(tasks),
    )


def _score(choice: str, task: StudyTask) -> float:
    return 0.5 if choice == "tie" else float(choice == task.label)


def _first_share(votes: Sequence[CastVote]) -> float | None:
    sides = [cast.vote.choice for cast in votes if cast.vote.choice != "tie"]
    return sides.count("A") / len(sides) if sides else None


def _annotators(counted: Sequence[CastVote], real: Sequence[CastVote]) -> tuple[Annotator, ...]:
    answers = [AnnotatorAnswer(task=cast.task.id, annotator=cast.vote.annotator, choice=cast.choice) for cast in real]
    qualities = {quality.annotator: quality for quality in fit(answers).qualities}
    names = sorted(
        {cast.vote.annotator for cast in counted},
        key=lambda name: (-qualities[name].score if name in qualities else 1.0, name),
    )
    return tuple(
        _annotator(name, qualities.get(name), [cast for cast in counted if cast.vote.annotator == name])
        for name in names
    )


def _annotator(name: str, quality: Quality | None, votes: Sequence[CastVote]) -> Annotator:
    real = [cast for cast in votes if not cast.task.check]
    checks = [cast for cast in votes if cast.task.check]
    return Annotator(
        name=name,
        votes=len(real),
        quality=quality,
        solved=sum(_score(cast.choice, cast.task) for cast in real) / len(real) if real else None,
        first_share=_first_share(real),
        median_minutes=minutes_of([cast.vote.seconds for cast in real]).median if real else None,
        checks=len(checks),
        checks_passed=sum(cast.choice == cast.task.label for cast in checks),
    )
