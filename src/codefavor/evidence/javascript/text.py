"""JavaScript in the middle of text: where a bracket closes, and what stands between commas. Nothing is run."""

import re
from collections.abc import Iterator

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_SKIPPED = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|`(?:[^`\\]|\\.)*`|//[^\n]*|/\*.*?\*/", re.DOTALL)
"""Strings, templates and comments."""
_MAX_LENGTH = 20_000


def balanced_end(text: str, start: int) -> int | None:
    """Return where the bracket that opens at `start` is closed (past it), or None; strings and comments are skipped."""
    waiting: list[str] = []
    for position, character in _code(text, start):
        if character in _CLOSING:
            waiting.append(_CLOSING[character])
        elif character in ")]}":
            if not waiting or character != waiting.pop():
                return None
            if not waiting:
                return position + 1
    return None


def split_list(text: str) -> list[str]:
    """Return what stands between the outer commas of `text`; nothing where it is blank."""
    if not text.strip():
        return []
    parts, depth, begun = [], 0, 0
    for position, character in _code(text, 0):
        depth += (character in "([{") - (character in ")]}")
        if character == "," and not depth:
            parts.append(text[begun:position].strip())
            begun = position + 1
    return [*parts, text[begun:].strip()]


def _code(text: str, start: int) -> Iterator[tuple[int, str]]:
    """Yield the characters from `start` on with their places, those in strings, templates and comments left out."""
    position, end = start, min(len(text), start + _MAX_LENGTH)
    while position < end:
        skipped = _SKIPPED.match(text, position)
        if skipped:
            position = skipped.end()
            continue
        yield position, text[position]
        position += 1
