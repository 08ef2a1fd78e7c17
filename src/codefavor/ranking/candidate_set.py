"""Candidates for one instruction: what is ranked."""

from typing import Annotated

from pydantic import Field

from codefavor.pairs.comparison import LanguageName
from codefavor.pairs.criterion import Criterion
from codefavor.pairs.presentation import CommentPolicy, group_alike
from codefavor.record import Record


class CandidateSet(Record):
    """An instruction, a criterion and the candidates."""

    id: str
    """A name for the problem; judges never see it."""
    instruction: str
    """What the code was to do."""
    criterion: Criterion
    """What "better" means here."""
    candidates: Annotated[tuple[str, ...], Field(min_length=1)]
    """The codes."""
    language: LanguageName = "python"
    """The programming language of all candidates."""


def distinct(task: CandidateSet, comments: CommentPolicy) -> list[list[int]]:
    """Return groups of indices: candidates of one group are the same code to a judge."""
    return group_alike(task.candidates, task.criterion, task.language, comments)
