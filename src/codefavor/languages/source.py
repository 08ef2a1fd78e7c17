"""What is found in a source, whatever its language: why it does not parse, its functions, its stripped form."""

from codefavor.record import Record


class Unparsable(Record):
    """Why a text is not source of a language."""

    reason: str
    """What the parser objects to, in one sentence."""
    line: int | None = None
    """The line at fault, the first being 1, where the parser names one."""


class Stripped(Record):
    """What stripping gave."""

    code: str
    """The stripped code, or the text as it was when `kept` gives a reason."""
    parses: bool
    """Whether the text parses."""
    kept: str | None = None
    """Why the text is as it was: it does not parse, or cannot be written again."""


class CodeFunction(Record):
    """One function or method as it stands in a source."""

    name: str
    """Its name."""
    qualified_name: str
    """Its name after those of the types around it, joined by dots."""
    documentation: str | None
    """What its documentation comment or docstring says, without comment marks; None when it has none."""
    source: str
    """Its text, decorators and annotations included, documentation comments above it not."""
    first_line: int
    """Its first line, the first line of the source being 1."""
    last_line: int
    """Its last line."""
