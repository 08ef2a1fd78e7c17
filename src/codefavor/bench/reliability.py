"""Reliability: when a judge says 80%, is it right four times out of five?

From the joined verdicts that carry a probability. The expected calibration error is the mean gap between confidence
and accuracy over ten equal bins of the confidence in the side chosen, weighted by their tasks (Guo et al. 2017); it is
the same whichever side is called A. Nothing is drawn here.
"""

from collections.abc import Sequence

from codefavor.bench.results import TaskVerdict
from codefavor.bench.scoring import joined, score
from codefavor.record import Record

BINS = 10


class ConfidenceBin(Record):
    """Answers of like confidence."""

    tasks: int
    """How many."""
    confidence: float
    """Their mean confidence."""
    accuracy: float
    """Their accuracy."""


class Reliability(Record):
    """How far a judge's probabilities can be trusted."""

    tasks: int
    """Answers that carry a probability."""
    error: float
    """The expected calibration error."""
    bins: tuple[ConfidenceBin, ...]
    """The bins that hold any answer, least confident first."""


def reliability_of(rows: Sequence[TaskVerdict]) -> Reliability | None:
    """Return the reliability of the answers with a probability, or None where there are none."""
    members: list[list[tuple[float, float]]] = [[] for _ in range(BINS)]
    for row in rows:
        verdict = joined(row)
        if verdict.prob_a is not None:
            confidence = max(verdict.prob_a, 1 - verdict.prob_a)
            place = min(BINS - 1, int((confidence - 0.5) * 2 * BINS))
            members[place].append((confidence, score(verdict, row.label)))
    bins = tuple(
        ConfidenceBin(
            tasks=len(answers),
            confidence=sum(confidence for confidence, _ in answers) / len(answers),
            accuracy=sum(right for _, right in answers) / len(answers),
        )
        for answers in members
        if answers
    )
    tasks = sum(filled.tasks for filled in bins)
    if not tasks:
        return None
    error = sum(filled.tasks * abs(filled.confidence - filled.accuracy) for filled in bins) / tasks
    return Reliability(tasks=tasks, error=error, bins=bins)
