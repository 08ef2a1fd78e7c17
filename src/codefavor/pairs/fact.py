"""The fact: what reading one candidate shows, as a code with a witness."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from codefavor.record import Record


class FactCode(StrEnum):
    """What reading a candidate shows, without running it."""

    SYNTAX_ERROR = "syntax-error"
    """It does not parse; `message` is what the parser objects to."""
    NO_ENTRY_POINT = "no-entry-point"
    """It does not define the function `name`, which is asked for."""
    UNDEFINED_NAME = "undefined-name"
    """It uses `name`, which nothing defines."""
    UNDEFINED_LOCAL = "undefined-local"
    """It uses the local variable `name` before it has a value."""
    RETURN_OUTSIDE_FUNCTION = "return-outside-function"
    YIELD_OUTSIDE_FUNCTION = "yield-outside-function"
    CONTINUE_OUTSIDE_LOOP = "continue-outside-loop"
    BREAK_OUTSIDE_LOOP = "break-outside-loop"
    EMPTY_FUNCTION = "empty-function"
    """The function `name` has no body."""
    PRINTS_RESULT = "prints-result"
    """The function `name` prints its result and returns none."""


class Fact(Record):
    """Something that is so of one candidate, with its witness."""

    code: FactCode
    """What is so."""
    name: str | None = None
    """The function, variable or module that it is about."""
    line: Annotated[int, Field(ge=0)] | None = None
    """The line of the candidate."""
    message: str | None = None
    """What the parser says, in its own words."""
    at_end: bool = False
    """Whether it is the last line, as where code was cut short."""
