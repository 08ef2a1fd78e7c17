"""Which functions a change of files touches: each old one with the new one that took its place.

Functions of one qualified name belong together; where a name stands several times (overloads, a property and its
setter), and among functions whose names are gone or new, the likest texts do. Nothing is judged here.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from codefavor.languages.python.functions import Function, LocatedFunction, locate_functions
from codefavor.languages.python.parse import parse
from codefavor.languages.source import Unparsable
from codefavor.review.changed_files import ChangedFile
from codefavor.review.records import ChangeKind, NotJudged

LIKE = 60.0
"""The likeness, of 100, from which a function that is gone and one that is new are taken for the same."""
_MOST_PAIRS = 10_000


@dataclass(frozen=True)
class SourceFile:
    """One side of a file that parses."""

    path: str
    """Its path."""
    code: str
    """Its text."""
    tree: ast.Module
    """What it parses to."""


@dataclass(frozen=True)
class FunctionSide:
    """A function in its file."""

    function: Function
    """The function."""
    file: SourceFile
    """The file."""


@dataclass(frozen=True)
class ChangedFunction:
    """A function on both sides of a change; at least one is there."""

    old: FunctionSide | None
    """As it was."""
    new: FunctionSide | None
    """As it is."""

    @property
    def kind(self) -> ChangeKind:
        """What happened to it."""
        if self.old is None:
            return "added"
        if self.new is None:
            return "deleted"
        if self.old.function.qualified_name != self.new.function.qualified_name:
            return "renamed"
        return "moved" if self.old.file.path != self.new.file.path else "changed"

    @property
    def shown(self) -> FunctionSide:
        """The side to name it by."""
        side = self.new or self.old
        assert side is not None
        return side


@dataclass(frozen=True)
class _Place:
    """A function that was found and not yet described."""

    located: LocatedFunction
    file: SourceFile


def find_changed_functions(files: Sequence[ChangedFile]) -> tuple[list[ChangedFunction], list[NotJudged]]:
    """Return the functions that differ, by file and line, and the files in which they cannot be told."""
    found: list[ChangedFunction] = []
    not_judged: list[NotJudged] = []
    gone: list[_Place] = []
    come: list[_Place] = []
    for file in files:
        sides = _parse_sides(file)
        if isinstance(sides, NotJudged):
            not_judged.append(sides)
            continue
        same, olds, news = _by_name(_places(sides[0]), _places(sides[1]))
        found += _described(same)
        gone += olds
        come += news
    pairs, gone, come = _by_likeness(gone, come)
    found += _described([*pairs, *((old, None) for old in gone), *((None, new) for new in come)])
    found.sort(key=lambda each: (each.shown.file.path, each.shown.function.first_line))
    return found, not_judged


def _parse_sides(file: ChangedFile) -> tuple[SourceFile, SourceFile] | NotJudged:
    sides: list[SourceFile] = []
    for name, path, code in (("old", file.old_path, file.old), ("new", file.new_path, file.new)):
        tree = parse(code)
        if isinstance(tree, Unparsable):
            at = f" (line {tree.line})" if tree.line else ""
            reason = f"The {name} side is not Python that parses here: {tree.reason}{at}."
            return NotJudged(path=file.new_path or path or "", reason=reason)
        sides.append(SourceFile(path or file.new_path or "", code, tree))
    return sides[0], sides[1]


def _places(file: SourceFile) -> list[_Place]:
    return [_Place(located, file) for located in locate_functions(file.code, file.tree, conditional=True)]


_Pair = tuple[_Place | None, _Place | None]


def _by_name(olds: list[_Place], news: list[_Place]) -> tuple[list[_Pair], list[_Place], list[_Place]]:
    """Return pairs of one name that differ, and what is left over on either side."""
    named: dict[str, tuple[list[_Place], list[_Place]]] = defaultdict(lambda: ([], []))
    for at, places in enumerate((olds, news)):
        for place in places:
            named[place.located.qualified_name][at].append(place)
    pairs: list[_Pair] = []
    gone: list[_Place] = []
    come: list[_Place] = []
    for old, new in named.values():
        left, right = _without_equal(old, new)
        if len(left) == len(right) == 1:
            pairs.append((left[0], right[0]))
            continue
        likest, left, right = _by_likeness(left, right, least=0.0)
        pairs += likest
        gone += left
        come += right
    return pairs, gone, come


def _without_equal(olds: list[_Place], news: list[_Place]) -> tuple[list[_Place], list[_Place]]:
    both = {place.located.text for place in olds} & {place.located.text for place in news}
    left, right = ([place for place in places if place.located.text not in both] for places in (olds, news))
    return left, right


def _by_likeness(
    gone: Sequence[_Place], come: Sequence[_Place], least: float = LIKE
) -> tuple[list[_Pair], list[_Place], list[_Place]]:
    """Pair the likest texts, each once; in a huge change only functions of one name are compared."""
    huge = len(gone) * len(come) > _MOST_PAIRS
    likenesses = [
        (-fuzz.ratio(old.located.text, new.located.text, score_cutoff=least), i, j)
        for i, old in enumerate(gone)
        for j, new in enumerate(come)
        if not huge or old.located.node.name == new.located.node.name
    ]
    left, right = dict(enumerate(gone)), dict(enumerate(come))
    pairs: list[_Pair] = []
    for likeness, i, j in sorted(likenesses):
        if i in left and j in right and -likeness >= least:
            pairs.append((left.pop(i), right.pop(j)))
    return pairs, list(left.values()), list(right.values())


def _described(pairs: Iterable[_Pair]) -> Iterator[ChangedFunction]:
    for old, new in pairs:
        sides = (_describe(old), _describe(new))
        # A function whose scopes contradict themselves has no description, and then there is nothing to compare.
        if [place is None for place in (old, new)] == [side is None for side in sides]:
            yield ChangedFunction(*sides)


def _describe(place: _Place | None) -> FunctionSide | None:
    if place is None:
        return None
    try:
        function = place.located.describe()
    except RecursionError:
        return None
    return FunctionSide(function, place.file) if function else None
