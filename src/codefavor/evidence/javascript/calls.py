"""Calls of one function in a text that is partly JavaScript: where they stand, as source, with literal arguments."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from codefavor.evidence.javascript.literals import evaluate, literal_at
from codefavor.evidence.javascript.text import balanced_end, split_list

Variables = Mapping[str, str]
"""The literals that variables stand for, as source."""
_DECLARED = re.compile(r"\b(?:const|let|var)\s+([A-Za-z_$][\w$]*)\s*=\s*")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_DEFINITION = re.compile(r"\bfunction\b\s*\*?\s*$")
_BODY = re.compile(r"\s*\{")
_MEMBER = re.compile(r"\??\.[A-Za-z_$][\w$]*")


@dataclass(frozen=True)
class CallText:
    """A call as it stands in a text."""

    start: int
    """Where it begins."""
    end: int
    """Where it ends."""
    source: str
    """Its source, and that of members and calls behind it, variables replaced by what they stand for."""
    arguments: tuple[str, ...] | None
    """Its arguments as source, where it is nothing but a call and they are literals."""


def variables_in(text: str) -> Variables:
    """Return the variables that a text declares to be literals; one that is declared twice stands for the last."""
    found = {}
    for match in _DECLARED.finditer(text):
        if literal := literal_at(text, match.end()):
            found[match[1]] = literal[0]
    return found


def calls_of(text: str, name: str, variables: Variables) -> Iterator[CallText]:
    """Yield the calls of a function in order; its definition is none, and neither are calls on unknown variables."""
    for match in re.finditer(rf"(?<![\w.$]){re.escape(name)}(?=\()", text):
        call = call_at(text, match.start(), name, variables)
        if call is not None and not _DEFINITION.search(text, 0, match.start()) and not _is_defined(text, call.end):
            yield call


def _is_defined(text: str, end: int) -> bool:
    return _BODY.match(text, end) is not None


def call_at(text: str, start: int, name: str, variables: Variables) -> CallText | None:
    """Return the call of a function that begins at `start`, or None."""
    opening = start + len(name)
    end = balanced_end(text, opening) if text[start : opening + 1] == f"{name}(" else None
    if end is None:
        return None
    written = split_list(text[opening + 1 : end - 1])
    arguments = tuple(variables.get(argument, argument) for argument in written)
    if any(_is_unknown(argument) for argument in arguments):
        return None
    behind = _end_behind(text, end)
    plain = behind == end and all(map(_is_literal, arguments))
    source = f"{name}({', '.join(arguments)}){text[end:behind]}"
    return CallText(start, behind, source, arguments if plain else None)


def _is_unknown(argument: str) -> bool:
    return not argument or (_NAME.fullmatch(argument) is not None and not _is_literal(argument))


def _is_literal(source: str) -> bool:
    try:
        evaluate(source)
    except ValueError:
        return False
    return True


def _end_behind(text: str, end: int) -> int:
    """Return where the members and calls behind a call end: `f(1)(2)`, `f(1)[0]`, `f(1).length`."""
    while True:
        member = _MEMBER.match(text, end)
        bracketed = balanced_end(text, end) if text[end : end + 1] in ("(", "[") else None
        if member is None and bracketed is None:
            return end
        end = member.end() if member else bracketed or end
