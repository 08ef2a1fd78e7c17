"""How the replies of a generative judge are written, as far as decoding has to know. Pure text; it runs no model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ReplyFormat:
    """How a reply is written and where it ends, as text; the judge that reads the replies supplies it."""

    render: Callable[[str | None, Literal["A", "B"]], str]
    """Returns the reply with this feedback that prefers this side."""
    awaits_letter: Callable[[str], bool]
    """Whether the next thing to be written is the letter of the result line."""
    is_finished: Callable[[str], bool]
    """Whether a whole result line stands in what was written so far."""
