"""The groups that a judge was trained on, as digests beside its weights, so that held-out pairs can be checked.

Digests give no names away. Judges written before this file existed have none: nothing is known of their groups.
"""

from collections.abc import Iterable
from pathlib import Path

from codefavor.jsonl import read_records, write_records
from codefavor.record import Record, content_digest

TRAINING_GROUPS_FILE = "learned.jsonl"


class TrainingGroup(Record):
    """One line of `learned.jsonl`."""

    problem: str
    """The digest of the group of pairs."""


def write_training_groups(folder: Path, groups: Iterable[str]) -> None:
    """Write the digests of `groups` into `folder`."""
    _write(folder, {content_digest(group) for group in groups})


def write_union(folder: Path, parents: Iterable[Path]) -> None:
    """Write the groups of all `parents` into `folder`; nothing where one of them has no such file."""
    known = [_digests(parent) for parent in parents]
    if all(digests is not None for digests in known):
        _write(folder, set().union(*(digests or set() for digests in known)))


def training_groups_among(folder: Path, groups: Iterable[str]) -> set[str] | None:
    """Return which of `groups` the judge in `folder` was trained on; None where that is not known.

    Raises:
        DataError: the file is malformed.
    """
    digests = _digests(folder)
    return None if digests is None else {group for group in groups if content_digest(group) in digests}


def _write(folder: Path, digests: set[str]) -> None:
    write_records(folder / TRAINING_GROUPS_FILE, [TrainingGroup(problem=digest) for digest in sorted(digests)])


def _digests(folder: Path) -> set[str] | None:
    path = folder / TRAINING_GROUPS_FILE
    return {row.problem for row in read_records(path, TrainingGroup)} if path.exists() else None
