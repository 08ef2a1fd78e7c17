"""Feedback calls the two codes "the chosen code" and "the rejected code", whatever the critic called them."""

import re

_NOUN = r"(?:code|version|solution|implementation|draft|attempt|program|function)"
_CHOSEN = re.compile(
    rf"(?:\bthe\s+)?[\[`*]*\b(?:chosen|improved|revised|better|new)[\s_-]{_NOUN}\b[\]`*]*"
    r"|(?:\bthe\s+)?\brevision\b|(?:\bthe\s+)?[\[`*]*\battempt[\s_-]?2\b[\]`*]*",
    re.IGNORECASE,
)
_REJECTED = re.compile(
    rf"(?:\bthe\s+)?[\[`*]*\b(?:rejected|naive|weaker|worse|original|old|draft|first)[\s_-]{_NOUN}\b[\]`*]*"
    r"|\bthe\s+draft\b|(?:\bthe\s+)?[\[`*]*\battempt[\s_-]?1\b[\]`*]*",
    re.IGNORECASE,
)
_SENTENCE_START = re.compile(r"(?:^|(?<=[.!?]\s)|(?<=\n))the (chosen|rejected) code")


def name_codes(feedback: str) -> str:
    """Return feedback with every name of the two codes replaced by the one that judges learn."""
    named = _REJECTED.sub("the rejected code", _CHOSEN.sub("the chosen code", feedback))
    return _SENTENCE_START.sub(r"The \1 code", named)


def names_a_code(feedback: str) -> bool:
    """Return whether feedback, after `name_codes`, speaks of either code."""
    return re.search(r"\bthe (?:chosen|rejected) code\b", feedback, re.IGNORECASE) is not None
