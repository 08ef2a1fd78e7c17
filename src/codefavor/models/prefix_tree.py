"""Token rows as prefix trees, laid out flat without padding: a common prefix of several rows is read once.

A segment sees its own tokens up to each, and whole earlier segments that it names. A plain row is one segment; rows
with common prefixes are a tree; an order-free judge reads its candidates side by side. Arrays are numpy;
`codefavor.models.segment_attention` attends by segments.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import NamedTuple, Protocol, TypeVar

import numpy
from numpy.typing import NDArray

_MIN_SHARED = 16
"""The minimum length, in tokens, of a prefix that gets a segment of its own."""
_MIN_SHARE = 0.1
"""The minimum share of a row that a common prefix has: what all rows of a format begin with is not worth a tree."""


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
        ends.append(tuple(segment.end for segment in placed))
    return Flat(numpy.array(token_ids), numpy.array(positions), tuple(segments), tuple(ends))


def tokens_in(tree: Tree) -> int:
    """Return how many tokens a tree has."""
    return sum(len(segment.token_ids) for segment in tree)


class PrefixTree(NamedTuple):
    """Rows that are read together as one tree."""

    segments: Tree
    """The common prefixes, and the rest of every row."""
    rows: tuple[int, ...]
    """The rows."""
    leaves: tuple[int, ...]
    """For every row, the segment that is its end."""

    @property
    def tokens(self) -> int:
        """The tokens that are read."""
        return tokens_in(self.segments)


def row_ends(trees: Sequence[PrefixTree], flat: Flat) -> list[int]:
    """Return the place behind the last token of every row of `trees`, laid out in `flat`."""
    return [ends[leaf] for tree, ends in zip(trees, flat.ends, strict=True) for leaf in tree.leaves]


def build_prefix_trees(rows: Sequence[Sequence[int]], own: Sequence[int] | None = None) -> list[PrefixTree]:
    """Return `rows` as prefix trees, grouped where that saves reading; the longest tree comes first.

    Rows are taken in the order of their tokens, so that those which share most are neighbours: both orders of a
    comparison share the instruction, comparisons of one problem often the first candidate too. `own` says how many
    tokens at its end each row keeps to itself; None is the one at which its answer is read.
    """
    kept = own or [1] * len(rows)
    bounds = [len(row) - end for row, end in zip(rows, kept, strict=True)]
    order = sorted(range(len(rows)), key=lambda index: list(rows[index]))
    trees = []
    for group in _groups(rows, bounds, order, 0):
        tree: list[Segment] = []
        leaves: list[int] = []
        _grow(rows, bounds, group, (), tree, leaves)
        trees.append(PrefixTree(tuple(tree), tuple(group), tuple(leaves)))
    return sorted(trees, key=lambda tree: (-tree.tokens, tree.rows))


def _grow(
    rows: Sequence[Sequence[int]],
    bounds: Sequence[int],
    group: Sequence[int],
    sees: tuple[View, ...],
    tree: list[Segment],
    leaves: list[int],
) -> None:
    """Append what the rows of `group` hold behind what they see: what they share, then the rest of each."""
    begin = tree[sees[-1].segment].start + len(tree[sees[-1].segment].token_ids) if sees else 0
    if len(group) == 1:
        leaves.append(len(tree))
        tree.append(Segment(rows[group[0]][begin:], begin, sees))
        return
    # In the order of their tokens, what the first and the last share is shared by all.
    shared = min(_common(rows[group[0]], rows[group[-1]]), *(bounds[index] for index in group))
    tree.append(Segment(rows[group[0]][begin:shared], begin, sees))
    sees = (*sees, View(len(tree) - 1))
    for smaller in _groups(rows, bounds, group, shared):
        _grow(rows, bounds, smaller, sees, tree, leaves)


def _groups(
    rows: Sequence[Sequence[int]], bounds: Sequence[int], order: Sequence[int], begin: int
) -> Iterator[list[int]]:
    """Yield neighbours in `order` that share enough behind `begin` for a segment of their own, the others alone."""
    group: list[int] = []
    shared = 0
    for index in order:
        common = min(bounds[index], _common(rows[group[0]], rows[index])) if group else 0
        kept = min(shared, common)
        min_shared = max(_MIN_SHARED, int(_MIN_SHARE * len(rows[index])))
        # A new member may shorten what is shared: all others would read that part again.
        if group and kept - begin >= min_shared and kept - begin > (shared - kept) * (len(group) - 1):
            shared = kept
            group.append(index)
            continue
        if group:
            yield group
        group, shared = [index], bounds[index]
    if group:
        yield group


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
    for item in found:
        if batch and sum(other.tokens for other in batch) + item.tokens > max_tokens:
            yield batch
            batch = []
        batch.append(item)
    if batch:
        yield batch
