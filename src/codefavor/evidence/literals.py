"""Python literals inside prose: where one begins, how far it goes, what it is. Nothing is evaluated but literals."""

import ast
import re
from typing import Any

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_STRING = re.compile(
    r"[rbuRBU]{0,2}(?:'''(?:[^\\]|\\.)*?'''|\"\"\"(?:[^\\]|\\.)*?\"\"\"|'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\")",
    re.DOTALL,
)
_NUMBER = re.compile(r"[-+]?(?:0[xob][0-9a-fA-F_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?j?)(?![\w])")
_WORD = re.compile(r"(True|False|None|true|false|null|TRUE|FALSE)\b")
_WORDS = {"true": "True", "TRUE": "True", "false": "False", "FALSE": "False", "null": "None"}
_MAX_LENGTH = 20_000


def balanced_end(text: str, start: int) -> int | None:
    """Return where the bracket that opens at `start` is closed (past it), or None; strings and comments are skipped."""
    waiting = []
    position = start
    stop = min(len(text), start + _MAX_LENGTH)
    while position < stop:
        character = text[position]
        if character in "'\"":
            string = _STRING.match(text, position)
            if string is None:
                return None
            position = string.end()
            continue
        if character in _CLOSING:
            waiting.append(_CLOSING[character])
        elif character in ")]}":
            if not waiting or character != waiting.pop():
                return None
            if not waiting:
                return position + 1
        position += 1
    return None


def literal_at(text: str, start: int) -> tuple[str, int] | None:
    """Return the source of the literal that begins at `start` and where it ends, or None."""
    end = _end_of_literal(text, start)
    if end is None:
        return None
    source = text[start:end]
    source = _WORDS.get(source, source)
    if source[:1] in _CLOSING and not is_literal(source):
        source = re.sub(r"\b(true|false|null)\b", lambda word: _WORDS[word[1]], source)
    return (source, end) if is_literal(source) else None


def _end_of_literal(text: str, start: int) -> int | None:
    if text[start : start + 1] in _CLOSING:
        return balanced_end(text, start)
    if text.startswith("set()", start):
        return start + 5
    for pattern in (_STRING, _NUMBER, _WORD):
        match = pattern.match(text, start)
        if match:
            end = match.end()
            return end - 1 if text[end - 1] == "." and pattern is _NUMBER else end
    return None


def is_literal(source: str) -> bool:
    """Return whether `source` is one Python literal."""
    try:
        evaluate(source)
    except ValueError:
        return False
    return True


def evaluate(source: str) -> Any:
    """Return the value of a literal; `set()`, arithmetic of two numbers and signs are literals too.

    Raises:
        ValueError: it is none.
    """
    if source.strip() == "set()":
        return set()
    try:
        value = ast.literal_eval(source.strip())
        repr(value)  # refused where it holds an integer too long to be written in decimal
        return value
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise ValueError(f"not a literal: {source[:80]!r}: {error}") from None


def parse_expression(source: str) -> ast.expr | None:
    """Return the syntax tree of one expression, or None."""
    try:
        return ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
