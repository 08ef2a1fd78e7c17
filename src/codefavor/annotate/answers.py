"""What annotators were shown and what they did: the rows of a study's log, and the votes that stand at its end.

Rows are only ever added. An undo is a row too, and so is a second vote: the last row of an annotator on a task counts.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from codefavor.annotate.study import StudyTask
from codefavor.pairs.comparison import Choice, other_side
from codefavor.pairs.vote import Confidence, Vote
from codefavor.record import Record

AnswerKind = Literal["A", "B", "tie", "skip", "undo"]

LONGEST_NOTE = 4000
"""Characters of a note."""


class Assignment(Record):
    """A task given to an annotator, in the order drawn for them."""

    annotator: str
    """Who it was given to."""
    task: str
    """The task's id."""
    swapped: bool
    """Whether the candidates are shown exchanged."""
    at: datetime
    """When it was first given."""


class StudyAnswer(Record):
    """One thing an annotator did about a task."""

    key: Annotated[str, Field(pattern=r"^[0-9a-zA-Z-]{8,64}$")]
    """Drawn by the browser: the same answer sent twice is one."""
    annotator: str
    """Who answered."""
    task: str
    """The task's id."""
    kind: AnswerKind
    """The side preferred as shown, a tie, a skip, or that the answer before is taken back."""
    confidence: Confidence | None = None
    """How sure the annotator is; votes have it, skips and undos have not."""
    seconds: Annotated[float, Field(ge=0, le=86_400)] = 0.0
    """Seconds with the page in view, over all visits to the task."""
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] | None = None
    """The annotator's remark."""
    at: datetime
    """When the server received it."""

    @model_validator(mode="after")
    def _votes_have_confidence(self) -> Self:
        if (self.confidence is not None) != (self.kind in ("A", "B", "tie")):
            raise ValueError("a vote has a confidence, a skip or an undo has none")
        return self


class CastVote(Record):
    """A vote that stands, with its task."""

    task: StudyTask
    """The task."""
    vote: Vote
    """The vote, said of the comparison as shown."""
    swapped: bool
    """Whether the candidates were shown exchanged."""

    @property
    def choice(self) -> Choice:
        """The answer, said of the task's own order."""
        shown = self.vote.choice
        return other_side(shown) if self.swapped and shown != "tie" else shown


def standing(answers: Iterable[StudyAnswer]) -> dict[tuple[str, str], StudyAnswer]:
    """Return for every (annotator, task) the answer that counts; what was undone is left out."""
    last = {(answer.annotator, answer.task): answer for answer in answers}
    return {place: answer for place, answer in last.items() if answer.kind != "undo"}


def cast_votes(
    tasks: Mapping[str, StudyTask], assignments: Iterable[Assignment], answers: Iterable[StudyAnswer]
) -> list[CastVote]:
    """Return the votes that stand, by time; attention checks are among them, skips are not."""
    swapped = {(assigned.annotator, assigned.task): assigned.swapped for assigned in assignments}
    votes = []
    for place, answer in standing(answers).items():
        if answer.kind == "skip" or answer.kind == "undo" or answer.confidence is None:
            continue
        task = tasks[answer.task]
        vote = Vote(
            comparison=task.shown(swapped[place]).digest(),
            annotator=answer.annotator,
            choice=answer.kind,
            confidence=answer.confidence,
            seconds=answer.seconds,
            at=answer.at,
            note=answer.note,
        )
        votes.append(CastVote(task=task, vote=vote, swapped=swapped[place]))
    return sorted(votes, key=lambda cast: cast.vote.at)
