"""Verdicts that the paper's released evaluator wrote, scored its way and ours. Nothing is judged here.

A row of its files (`evalroot/ASPECT-alignment/MODEL.jsonl`) names its task by `task_md5`, the MD5 of the task's row as
JSON with sorted keys, and holds `decision`: 0, 1, or null for an answer without a choice. Its figure counts the rows of
the file alone, so a task that failed there has left the denominator; ours counts it as undecided.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from codefavor.bench.results import TaskVerdict
from codefavor.bench.tasks import Task, TaskSet
from codefavor.errors import DataError, RecordError
from codefavor.jsonl import read_rows
from codefavor.pairs.comparison import Side
from codefavor.pairs.verdict import Cost, Verdict
from codefavor.record import Record, explain

_SIDES: tuple[Side, Side] = ("A", "B")


class ReferenceVerdict(Record):
    """What of a row of the reference's file is used."""

    task_md5: str
    """The task."""
    decision: Literal[0, 1] | None
    """The index of the choice; None where the evaluator found none in the answer."""
    model_id: str
    """The model asked."""
    feedback: str | None = None
    """The model's answer."""


class ReferenceFigure(Record):
    """What the reference's evaluator prints of a stratum."""

    rows: int
    """Rows of the file that are about a task."""
    accuracy: float
    """(right + undecided / 2) / rows."""
    undecided: float
    """The share of rows without a choice; the evaluator prints half of it behind the sign ±."""
    missing: int
    """Tasks of the stratum that have no row, which the reference leaves out and we count as undecided."""

    def __str__(self) -> str:
        return f"{100 * self.accuracy:.1f}% +- {50 * self.undecided:.1f}%"


class ReferenceRun(Record):
    """The verdicts of a model by the reference's evaluator."""

    model: str
    """The model asked, as the evaluator names it."""
    rows: tuple[TaskVerdict, ...]
    """One for every task of the strata that the files are about."""
    figures: dict[str, ReferenceFigure]
    """What the evaluator prints, by the key of the stratum."""
    unknown: int
    """Rows about no task of the data."""


def read_reference(verdicts: Sequence[Path], data: Path, tasks: TaskSet) -> ReferenceRun:
    """Return the verdicts in files of the reference's evaluator, all of one model.

    Args:
        verdicts: its files, in any order.
        data: the folder of the benchmark.
        tasks: what `load_tasks` reads there.

    Raises:
        DataError: a file is missing, holds no verdict about the benchmark, or is of another model.
        RecordError: a row is not of this kind.
    """
    by_md5 = dict(zip(_md5s(data, tasks), tasks.tasks, strict=True))
    read = [verdict for path in verdicts for verdict in _read(path)]
    models = sorted({verdict.model_id for verdict in read})
    if len(models) > 1:
        raise DataError(f"verdicts of several models: {', '.join(models)}; give the files of one")
    known = [verdict for verdict in read if verdict.task_md5 in by_md5]
    if not known:
        raise DataError(f"{', '.join(map(str, verdicts))}: no verdict about a task of {data}")
    by_task = {by_md5[verdict.task_md5].id: verdict for verdict in known}
    covered = {by_md5[verdict.task_md5].stratum for verdict in known}
    scored = [task for task in tasks.tasks if task.stratum in covered]
    return ReferenceRun(
        model=models[0],
        rows=tuple(_row(task, by_task.get(task.id), models[0]) for task in scored),
        figures=_figures(known, by_md5, scored),
        unknown=len(read) - len(known),
    )


def _md5s(data: Path, tasks: TaskSet) -> Iterator[str]:
    for name in tasks.files:
        for _, row in read_rows(data / name):
            yield hashlib.md5(json.dumps(row, sort_keys=True).encode(), usedforsecurity=False).hexdigest()


def _read(path: Path) -> Iterator[ReferenceVerdict]:
    for number, row in read_rows(path):
        fields = {name: row[name] for name in ("task_md5", "decision", "model_id") if name in row}
        try:
            yield ReferenceVerdict.model_validate({**fields, "feedback": _answer(row)})
        except ValidationError as error:
            raise RecordError(path, number, explain(error)) from None


def _answer(row: Mapping[str, Any]) -> Any:
    turns = row.get("conversations")
    return turns[-1].get("content") if isinstance(turns, list) and turns and isinstance(turns[-1], dict) else None


def _row(task: Task, verdict: ReferenceVerdict | None, judge: str) -> TaskVerdict:
    choice = None if verdict is None or verdict.decision is None else _SIDES[verdict.decision]
    reason = "not in the file" if verdict is None else "no choice found in the answer"
    in_given_order = Verdict(
        comparison=task.comparison.digest(),
        judge=judge,
        choice=choice,
        feedback=verdict.feedback if verdict else None,
        undecided=None if choice else reason,
        cost=Cost(seconds=0.0),
    )
    return TaskVerdict(task=task.id, aspect=task.stratum, group=task.group, label=task.label, given=in_given_order)


def _figures(
    known: Sequence[ReferenceVerdict], by_md5: Mapping[str, Task], scored: Sequence[Task]
) -> dict[str, ReferenceFigure]:
    points: dict[str, list[float | None]] = defaultdict(list)
    answered: dict[str, set[str]] = defaultdict(set)
    for verdict in known:
        task = by_md5[verdict.task_md5]
        is_right = None if verdict.decision is None else float(_SIDES[verdict.decision] == task.label)
        points[task.stratum].append(is_right)
        answered[task.stratum].add(task.id)
    return {
        aspect: ReferenceFigure(
            rows=len(points[aspect]),
            accuracy=sum(0.5 if point is None else point for point in points[aspect]) / len(points[aspect]),
            undecided=sum(point is None for point in points[aspect]) / len(points[aspect]),
            missing=sum(task.stratum == aspect for task in scored) - len(answered[aspect]),
        )
        for aspect in dict.fromkeys(task.stratum for task in scored)
    }
