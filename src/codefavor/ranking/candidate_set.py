"""Candidates for one instruction: what is ranked. Which of them are the same to a judge is said here too."""

from typing import Annotated

from pydantic import Field

from codefavor.judges.card import CommentPolicy
from codefavor.languages.python.strip import strip_comments
from codefavor.pairs.criterion import Criterion
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
    language: str = "python"
    """The programming language of all candidates."""


def distinct(task: CandidateSet, comments: CommentPolicy) -> list[list[int]]:
    """Return groups of indices: candidates of one group are the same text as a judge is shown it."""
    aspect = task.criterion.aspect
    stripped = comments == "stripped" and aspect is not None and aspect.verifiable and task.language == "python"
    groups: dict[str, list[int]] = {}
    for index, code in enumerate(task.candidates):
        shown = strip_comments(code).code if stripped else code
        groups.setdefault(shown.strip(), []).append(index)
    return list(groups.values())
