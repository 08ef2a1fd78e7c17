"""Differences of two texts: a unified diff to store, and rows side by side, whose colours are the display's."""

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
