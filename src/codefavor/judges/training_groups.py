"""What a trained judge has learned from: digests of its problems, so that nothing is both learned and held out.

They stand beside the weights and tell no names. Judges from before this file have none, of which nothing can be said.
"""

from collections.abc import Iterable
from pathlib import Path

from codefavor.jsonl import read_records, write_records
from codefavor.record import Record, content_digest

LEARNED_FILE = "learned.jsonl"


class LearnedProblem(Record):
    """One line of `learned.jsonl`."""

    problem: str
    """The digest of the group of pairs."""


def write_learned(folder: Path, groups: Iterable[str]) -> None:
    """Write the digests of `groups` into `folder`."""
    _write(folder, {content_digest(group) for group in groups})


def write_union(folder: Path, parents: Iterable[Path]) -> None:
    """Write what any of `parents` has learned from into `folder`; nothing where one of them does not say."""
    known = [_digests(parent) for parent in parents]
    if all(digests is not None for digests in known):
        _write(folder, set().union(*(digests or set() for digests in known)))


def learned_of(folder: Path, groups: Iterable[str]) -> set[str] | None:
    """Return which of `groups` the judge in `folder` has learned from; None where it does not say.

    Raises:
        DataError: the file is malformed.
    """
    digests = _digests(folder)
    return None if digests is None else {group for group in groups if content_digest(group) in digests}


def _write(folder: Path, digests: set[str]) -> None:
    write_records(folder / LEARNED_FILE, [LearnedProblem(problem=digest) for digest in sorted(digests)])


def _digests(folder: Path) -> set[str] | None:
    path = folder / LEARNED_FILE
    return {row.problem for row in read_records(path, LearnedProblem)} if path.exists() else None
