"""Differences of two texts: a unified diff to store, rows side by side to display, and the part where they differ.

Colours are the display's.
"""

import difflib
from collections.abc import Iterator
from itertools import zip_longest
from typing import Literal

from codefavor.record import Record


class DiffRow(Record):
    """One row of a side-by-side view; a side is None where the other has a line of its own."""

    kind: Literal["same", "changed", "removed", "added"]
    """Whether the line is in both, differs, or is only on the left or only on the right."""
    left_number: int | None
    """The line's number on the left, the first being 1."""
    left: str | None
    """The line on the left."""
    right_number: int | None
    """The line's number on the right."""
    right: str | None
    """The line on the right."""


def unified_diff(before: str, after: str, before_name: str = "before", after_name: str = "after") -> str:
    """Return the unified diff from `before` to `after` with three lines of context; empty when no line differs."""
    lines = difflib.unified_diff(
        before.splitlines(), after.splitlines(), fromfile=before_name, tofile=after_name, lineterm=""
    )
    return "".join(f"{line}\n" for line in lines)


def side_by_side(left: str, right: str) -> tuple[DiffRow, ...]:
    """Return both texts aligned line by line; each side's lines stand in order, none left out."""
    return tuple(_rows(left.splitlines(), right.splitlines()))


def around_difference(one: str, other: str, context: int) -> tuple[str, str]:
    """Return both texts from the first to the last line that is not common, with `context` common lines around.

    Common are lines at the start and at the end; what equals in between stays. Equal texts keep nothing but context.
    """
    first, second = one.splitlines(keepends=True), other.splitlines(keepends=True)
    shortest = min(len(first), len(second))
    head = next((n for n in range(shortest) if first[n] != second[n]), shortest)
    tail = next((n for n in range(shortest - head) if first[-1 - n] != second[-1 - n]), shortest - head)
    start, dropped = max(0, head - context), max(0, tail - context)
    return "".join(first[start : len(first) - dropped]), "".join(second[start : len(second) - dropped])


def _rows(left: list[str], right: list[str]) -> Iterator[DiffRow]:
    matcher = difflib.SequenceMatcher(a=left, b=right, autojunk=False)
    for tag, left_start, left_end, right_start, right_end in matcher.get_opcodes():
        for i, j in zip_longest(range(left_start, left_end), range(right_start, right_end)):
            yield DiffRow(
                kind="same" if tag == "equal" else "added" if i is None else "removed" if j is None else "changed",
                left_number=None if i is None else i + 1,
                left=None if i is None else left[i],
                right_number=None if j is None else j + 1,
                right=None if j is None else right[j],
            )
