"""The verdicts of a run that can be killed: one line for every task that is judged, in the order of finishing."""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from codefavor.bench.results import TaskVerdict
from codefavor.bench.tasks import Task
from codefavor.errors import DataError
from codefavor.runs.journal import Journal


class VerdictLog:
    """The verdicts on some tasks, in a file that nobody else writes meanwhile; use it as a context manager."""

    def __init__(self, path: Path, tasks: Iterable[Task]) -> None:
        """Open the file at `path`, or begin it; a last line that a kill tore is dropped.

        Raises:
            DataError: the verdicts there are damaged or not about these tasks, or another process is writing them.
        """
        self.rows: dict[str, TaskVerdict] = {}
        """The verdicts by the ids of their tasks."""
        self._journal = Journal(path, TaskVerdict)
        try:
            self._read(path, {task.id: task for task in tasks})
        except DataError:
            self._journal.close()
            raise

    def _read(self, path: Path, known: dict[str, Task]) -> None:
        for _, row in self._journal.places():
            task = known.get(row.task)
            if task is None or task.comparison.digest() != row.given.comparison or task.stratum != row.aspect:
                raise DataError(
                    f"{path}: the verdict on {row.task} is about another comparison or criterion; choose another --out"
                )
            self.rows[row.task] = row

    def add(self, row: TaskVerdict) -> None:
        """Append the verdict on a task that has none; it is with the operating system when this returns."""
        if row.task not in self.rows:
            self._journal.append(row)
            self.rows[row.task] = row

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._journal.close()
