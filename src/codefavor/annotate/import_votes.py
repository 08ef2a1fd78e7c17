"""Reads the votes that a page in a file saved, and adds them to the study's store, all of a file or nothing.

What was drawn for the annotator is drawn again: a line that the page cannot have written is refused.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from codefavor.annotate.answers import Assignment, StudyAnswer
from codefavor.annotate.file_page import draw, study_digest
from codefavor.annotate.store import Store
from codefavor.errors import DataError, RecordError
from codefavor.jsonl import read_rows
from codefavor.record import explain

_LOG = logging.getLogger(__name__)
_SKEW = timedelta(days=1)
"""How far ahead the clock of an annotator's machine may be."""


class SavedAnswer(StudyAnswer):
    """A line of such a file."""

    study: str
    """Which study it belongs to."""
    swapped: bool
    """Whether the candidates were shown exchanged."""


def import_votes(store: Store, path: Path) -> tuple[str, int]:
    """Add the answers of a file to the study, and return whose they are and how many were not there before.

    Raises:
        DataError: the file is missing or empty, or of several annotators.
        RecordError: a line is malformed, of another study, or not what the annotator was given.
    """
    answers = list(_read(path, study_digest(store.settings(), store.tasks())))
    if not answers:
        raise DataError(f"{path}: no votes in it")
    annotator = answers[0][1].annotator
    drawn = _assignments(store, annotator, answers[0][1].at)
    standing: list[str] = []
    for number, answer in answers:
        assignment = drawn.get(answer.task)
        if answer.annotator != annotator:
            raise RecordError(path, number, f"annotator: {annotator} alone was expected in this file")
        if assignment is None or assignment.swapped != answer.swapped:
            raise RecordError(path, number, "task: not given to this annotator in this order")
        if answer.kind == "undo" and standing[-1:] != [answer.task]:
            raise RecordError(path, number, "kind: only the latest answer can be taken back")
        standing = [task for task in standing if task != answer.task]
        standing += [] if answer.kind == "undo" else [answer.task]
    added = _append(store, [answer for _, answer in answers], drawn)
    _LOG.info("%s: %d answers of %s, %d of them new", path, len(answers), annotator, added)
    return annotator, added


def _read(path: Path, study: str) -> Iterator[tuple[int, SavedAnswer]]:
    keys: set[str] = set()
    for number, row in read_rows(path):
        try:
            answer = SavedAnswer.model_validate(row)
        except ValidationError as error:
            raise RecordError(path, number, explain(error)) from None
        if answer.study != study:
            raise RecordError(path, number, "study: of another study, or of this one before its pairs changed")
        if answer.at.tzinfo is None or answer.at > datetime.now(UTC) + _SKEW:
            raise RecordError(path, number, "at: a time in the past with its zone was expected")
        if answer.key in keys:
            raise RecordError(path, number, "key: stands on an earlier line")
        keys.add(answer.key)
        yield number, answer


def _assignments(store: Store, annotator: str, at: datetime) -> dict[str, Assignment]:
    """Return what the annotator may have been shown, by task; what a server gave them before stands as it was."""
    drawn_again = {drawn.task: drawn for drawn in draw(store.settings(), store.tasks(), annotator, at)}
    before = {served.task: served for served in store.assignments() if served.annotator == annotator}
    return drawn_again | before


def _append(store: Store, answers: Sequence[SavedAnswer], assignments: dict[str, Assignment]) -> int:
    before = {answer.key for answer in store.answers()}
    fresh = [answer for answer in answers if answer.key not in before]
    plain = [StudyAnswer.model_validate(answer.model_dump(exclude={"study", "swapped"})) for answer in fresh]
    store.append([*(assignments[task] for task in dict.fromkeys(answer.task for answer in fresh)), *plain])
    return len(fresh)
