"""Finds examples that instructions in any language show: inputs with their outputs, in words, lines and tables.

It reads text and runs nothing. Which texts are values is the language's own business: `literal_at` says so.
"""

import re
from collections.abc import Callable, Iterator

from codefavor.evidence.entry_point import EntryPoint
from codefavor.evidence.example import WorkedExample

LiteralAt = Callable[[str, int], tuple[str, int] | None]
"""Returns the source of the literal that begins at a place in a text and where it ends, or None."""

RESULT_WORDS = r"(?:returns?|outputs?|gives?|yields?|equals?|prints?|results?\s+in|evaluates?\s+to|produces?|is|be)"
SHOULD = r"(?:(?:should|must|will|would|shall|can)\s+)?"
_OUTPUT = re.compile(
    rf"(?:(?:output|result|answer|expected(?:\s+(?:output|result))?|returned(?:\s+value)?|{SHOULD}{RESULT_WORDS})\b"
    rf"[`*]*\s*(?:{SHOULD}{RESULT_WORDS}\b|=|:|-+>|=+>)?|=+>|-+>|➞|→|⇒)\s*:?[`*\s]*",
    re.IGNORECASE,
)
_WORKING = re.compile(r"(?:[\d.()+*/% \t-]*[\d)][ \t]*[+*/%-][\d.()+*/% \t-]*=[ \t]*)+(?=[\d.(-])")
"""Working shown before a result, as in `2 * 3 + 1 = 7`."""
_INPUT = re.compile(r"\b(?:input|for(?:\s+(?:the\s+)?input)?|given|with)\b\s*(?:of|is|=|:)?[`*\s]*", re.IGNORECASE)
_BETWEEN = re.compile(r"[`*]*\s*(?:,|;|and\b|,\s*and\b)?\s*[`*]*\s*")


def named_inputs(text: str, entry_point: EntryPoint, literal_at: LiteralAt) -> Iterator[WorkedExample]:
    """Read `n = 5, k = 2 ... output: 7`, in any words between."""
    if not entry_point.parameters:
        return
    names = "|".join(map(re.escape, entry_point.parameters))
    assignment = re.compile(rf"(?<![\w.\"'])({names})\s*(?:=|is|:)\s*[`*]*(?=[\[({{\"'\d+\-.TFNtfn])")
    position = 0
    while start := assignment.search(text, position):
        assigned, position = _assignments(text, start, assignment, literal_at)
        if not _covers(assigned, entry_point):
            continue
        limit = assignment.search(text, position)
        output = _first_output(text, position, min(position + 300, limit.start() if limit else len(text)), literal_at)
        if output is not None:
            yield _call_with(
                entry_point, [assigned[name] for name in entry_point.parameters if name in assigned], output
            )


def _assignments(
    text: str, start: re.Match[str], assignment: re.Pattern[str], literal_at: LiteralAt
) -> tuple[dict[str, str], int]:
    assigned: dict[str, str] = {}
    match: re.Match[str] | None = start
    position = start.end()
    while match:
        position = match.end()
        literal = literal_at(text, position)
        if literal is None or match[1] in assigned:
            break
        assigned[match[1]], position = literal
        between = _BETWEEN.match(text, position)
        match = assignment.match(text, between.end() if between else position)
    return assigned, position


def _covers(assigned: dict[str, str], entry_point: EntryPoint) -> bool:
    return bool(assigned) and all(name in assigned for name in entry_point.parameters[: entry_point.required or 1])


def _first_output(text: str, start: int, end: int, literal_at: LiteralAt) -> str | None:
    for match in _OUTPUT.finditer(text, start, end):
        literal = result_at(text, match.end(), literal_at)
        if literal:
            return literal[0]
    return None


def result_at(text: str, start: int, literal_at: LiteralAt) -> tuple[str, int] | None:
    """Return the literal at `start`, or the one that working there comes to."""
    working = _WORKING.match(text, start)
    return literal_at(text, working.end() if working else start)


def _call_with(entry_point: EntryPoint, arguments: list[str], expected: str) -> WorkedExample:
    return WorkedExample(f"{entry_point.name}({', '.join(arguments)})", "equals", expected, tuple(arguments))


def plain_inputs(text: str, entry_point: EntryPoint, literal_at: LiteralAt) -> Iterator[WorkedExample]:
    """Read `Input: [1, 2]` with its `Output: 3`, and `For 5 the function should return 3`."""
    for match in _INPUT.finditer(text):
        arguments, position = _literals(text, match.end(), len(entry_point.parameters), literal_at)
        if not max(1, entry_point.required) <= len(arguments) <= len(entry_point.parameters):
            continue
        following = _INPUT.search(text, position)
        prose = not match[0].lower().startswith("input")
        limit = min(position + (60 if prose else 200), following.start() if following else len(text))
        output = _first_output(text, position, limit, literal_at)
        if output is not None:
            yield _call_with(entry_point, arguments, output)


def _literals(text: str, start: int, most: int, literal_at: LiteralAt) -> tuple[list[str], int]:
    found: list[str] = []
    position = start
    while len(found) < most and (literal := literal_at(text, position)):
        found.append(literal[0])
        end = literal[1]
        between = _BETWEEN.match(text, end)
        position = between.end() if between else end
        if "\n" in text[end:position] and not text[end:position].strip():
            return found, end
    return found, position


def tables(text: str, entry_point: EntryPoint, literal_at: LiteralAt) -> Iterator[WorkedExample]:
    """Read rows of a table whose cells are the arguments and then the result."""
    for line in text.splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        if len(cells) != len(entry_point.parameters) + 1 or len(cells) < 2:
            continue
        read = [literal_at(cell, 0) for cell in cells]
        sources = [item[0] for item, cell in zip(read, cells, strict=True) if item and item[1] == len(cell)]
        if len(sources) == len(cells):
            yield _call_with(entry_point, sources[:-1], sources[-1])
