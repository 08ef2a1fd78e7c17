"""The finding: one weakness that an analyser sees in one piece of code. Its weight is not decided here."""

from typing import Annotated, Literal

from pydantic import Field

from codefavor.record import Record

Grade = Literal["low", "medium", "high"]


class Finding(Record):
    """One weakness, where it is and how sure the analyser is of it."""

    rule: str
    """The rule's name: ours in words ("sql-injection"), bandit's by its number ("B608")."""
    cwe: Annotated[int, Field(ge=0)]
    """The number in the Common Weakness Enumeration; 0 where the analyser names none."""
    severity: Grade
    """How bad it is if it is real."""
    confidence: Grade
    """How sure the analyser is that it is real."""
    line: Annotated[int, Field(ge=1)]
    """The line of the candidate's text, from 1."""
    message: str
    """What is wrong, in one sentence."""
    guarded: bool = False
    """Whether a check or a sanitiser stands before it, so that what is left is a doubt about the check."""
