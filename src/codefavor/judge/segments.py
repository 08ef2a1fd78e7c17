"""Token rows as segments that see each other, laid out flat without padding: what shares a beginning is read once.

A segment sees its own tokens up to each, and whole earlier segments that it names. A plain row is one segment; rows
with a common beginning are a tree of it and their ends; an order-free judge reads its candidates side by side. Arrays
are numpy; how a language model attends by segments is `codefavor.judge.segment_attention`'s business.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple, Protocol, TypeVar

import numpy
from numpy.typing import NDArray

_LEAST_SHARED = 16
"""Tokens of a common beginning that are worth a segment of their own."""
_LEAST_SHARE = 0.1
"""The share of a row that a common beginning must have: what all rows of a format begin with is not worth a tree."""


class View(NamedTuple):
    """An earlier segment that is seen whole."""

    segment: int
    """Its place in the tree."""
    shift: int = 0
    """How many positions further its tokens seem to stand than they do."""


class Segment(NamedTuple):
    """A run of tokens with the position of its first and what it sees besides itself."""

    token_ids: Sequence[int]
    start: int = 0
    sees: tuple[View, ...] = ()


Tree = tuple[Segment, ...]
"""Segments that belong together; a segment sees only earlier ones."""


class Seen(NamedTuple):
    """A seen segment in a flat layout."""

    begin: int
    end: int
    shift: int


class Placed(NamedTuple):
    """A segment in a flat layout."""

    begin: int
    end: int
    seen: tuple[Seen, ...]


@dataclass(frozen=True)
class Flat:
    """Trees laid out one after the other."""

    token_ids: NDArray[numpy.int64]
    """All tokens, of shape (tokens,)."""
    positions: NDArray[numpy.int64]
    """The position of every token, of shape (tokens,)."""
    segments: tuple[Placed, ...]
    """All segments, in order."""
    ends: tuple[tuple[int, ...], ...]
    """For every tree, the places behind the last token of each of its segments."""


def flatten(trees: Sequence[Tree]) -> Flat:
    """Return `trees` laid out flat; no segment sees anything of another tree."""
    token_ids: list[int] = []
    positions: list[int] = []
    segments: list[Placed] = []
    ends: list[tuple[int, ...]] = []
    for tree in trees:
        placed: list[Placed] = []
        for tokens, start, sees in tree:
            seen = tuple(Seen(placed[view.segment].begin, placed[view.segment].end, view.shift) for view in sees)
            placed.append(Placed(len(token_ids), len(token_ids) + len(tokens), seen))
            token_ids += tokens
            positions += range(start, start + len(tokens))
        segments += placed
        ends.append(tuple(each.end for each in placed))
    return Flat(numpy.array(token_ids), numpy.array(positions), tuple(segments), tuple(ends))


def tokens_in(tree: Tree) -> int:
    """Return how many tokens a tree has."""
    return sum(len(segment.token_ids) for segment in tree)


class Family(NamedTuple):
    """Rows that are read together as one tree."""

    tree: Tree
    """One segment for a row alone; else what all share, and the rest of each."""
    rows: tuple[int, ...]
    """The rows, in the order in which their ends stand last in the tree."""

    @property
    def tokens(self) -> int:
        """The tokens that are read."""
        return tokens_in(self.tree)


def families(rows: Sequence[Sequence[int]], own: Sequence[int] | None = None) -> list[Family]:
    """Return `rows` grouped by common beginnings where that saves reading, the longest family first.

    Rows are taken in the order of their tokens, so that those which share most are neighbours: both orders of a
    comparison share the instruction, and so do several comparisons of one problem. `own` says how many tokens at its
    end each row keeps to itself; None is the one at which its answer is read.
    """
    ends = own or [1] * len(rows)
    found: list[Family] = []
    group: list[int] = []
    shared = 0
    for index in sorted(range(len(rows)), key=lambda index: list(rows[index])):
        most = len(rows[index]) - ends[index]
        common = min(most, _common(rows[group[0]], rows[index])) if group else 0
        if group and _joins(rows, group, shared, common, index):
            shared = min(shared, common)
            group.append(index)
            continue
        if group:
            found.append(_family(rows, group, shared))
        group, shared = [index], most
    if group:
        found.append(_family(rows, group, shared))
    return sorted(found, key=lambda family: (-family.tokens, family.rows))


def _joins(rows: Sequence[Sequence[int]], group: Sequence[int], shared: int, common: int, index: int) -> bool:
    least = max(_LEAST_SHARED, int(_LEAST_SHARE * len(rows[index])))
    kept = min(shared, common)
    saved = kept - (shared - kept) * (len(group) - 1)
    return kept >= least and saved > 0


def _family(rows: Sequence[Sequence[int]], group: Sequence[int], shared: int) -> Family:
    if len(group) == 1:
        return Family((Segment(rows[group[0]]),), tuple(group))
    ends = (Segment(rows[index][shared:], shared, (View(0),)) for index in group)
    return Family((Segment(rows[group[0]][:shared]), *ends), tuple(group))


def _common(one: Sequence[int], other: Sequence[int]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


class Readable(Protocol):
    """Something that is read whole."""

    @property
    def tokens(self) -> int:
        """The tokens that are read."""


ReadableT = TypeVar("ReadableT", bound=Readable)


def batches_of(found: Sequence[ReadableT], max_tokens: int) -> Iterator[list[ReadableT]]:
    """Yield what is to be read in batches of at most `max_tokens` tokens, in order; something larger is alone."""
    batch: list[ReadableT] = []
    for each in found:
        if batch and sum(one.tokens for one in batch) + each.tokens > max_tokens:
            yield batch
            batch = []
        batch.append(each)
    if batch:
        yield batch
