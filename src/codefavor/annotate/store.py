"""The file of a study: its rules, its tasks and its log, in SQLite. What was committed survives a killed process.

The log is append-only, which triggers enforce. Nothing is interpreted here: what counts is `annotate.answers`.
"""

import json
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Self, TypeVar

from pydantic import ValidationError

from codefavor.annotate.answers import Assignment, StudyAnswer
from codefavor.annotate.study import StudySettings, StudyTask
from codefavor.errors import DataError, UserError
from codefavor.record import Record, explain
from codefavor.runs.run_folder import other_settings

RecordT = TypeVar("RecordT", bound=Record)

_LOGS = ("assignments", "answers")
_SCHEMA = """
CREATE TABLE study (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE tasks (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
CREATE TABLE assignments (
  number INTEGER PRIMARY KEY AUTOINCREMENT, annotator TEXT NOT NULL, task TEXT NOT NULL REFERENCES tasks,
  record TEXT NOT NULL, UNIQUE (annotator, task)) STRICT;
CREATE TABLE answers (
  number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, annotator TEXT NOT NULL,
  task TEXT NOT NULL REFERENCES tasks, record TEXT NOT NULL) STRICT;
""" + "".join(
    f"CREATE TRIGGER {log}_{verb} BEFORE {verb} ON {log} BEGIN SELECT RAISE(ABORT, '{log} are append-only'); END;\n"
    for log in _LOGS
    for verb in ("update", "delete")
)


class Store:
    """An open study. One thread at a time may use it."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path

    @classmethod
    def begin(cls, path: Path, settings: StudySettings, tasks: Sequence[StudyTask]) -> Self:
        """Open the study at `path`, or begin it there.

        Raises:
            UserError: another study is there, or the place cannot be written.
            DataError: something else than a study is there.
        """
        store = cls(_connect(path), path)
        try:
            with store._transaction():
                # Looked for under the lock: of two processes that begin a study at once one finds it begun.
                if not store._connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                    store._write_study(settings, tasks)
        except sqlite3.Error as error:
            raise UserError(f"{path}: cannot be written: {error}") from None
        store._must_be_study()
        store._must_be(settings, tasks)
        return store

    def _write_study(self, settings: StudySettings, tasks: Sequence[StudyTask]) -> None:
        # executescript would commit on its own; a study is begun whole or not at all.
        for statement in _statements():
            self._connection.execute(statement)
        rows = {"settings": settings.model_dump_json(), "secret": secrets.token_hex(32)}
        self._connection.executemany("INSERT INTO study VALUES (?, ?)", rows.items())
        self._connection.executemany("INSERT INTO tasks VALUES (?, ?)", [(task.id, _dump(task)) for task in tasks])

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the study at `path`.

        Raises:
            DataError: there is none.
        """
        if not path.is_file():
            raise DataError(f"{path}: no such study; `codefavor annotate --pairs … --store …` begins one")
        store = cls(_connect(path), path)
        store._must_be_study()
        return store

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def settings(self) -> StudySettings:
        """Return the rules of the study."""
        return self._parsed(StudySettings, self._value("settings"))

    def secret(self) -> str:
        """Return the study's own key, with which sessions are signed."""
        return self._value("secret")

    def tasks(self) -> tuple[StudyTask, ...]:
        """Return the tasks and the checks, in their order."""
        return tuple(self._read("tasks", StudyTask, "rowid"))

    def assignments(self) -> list[Assignment]:
        """Return every assignment, in the order given."""
        return list(self._read("assignments", Assignment, "number"))

    def answers(self) -> list[StudyAnswer]:
        """Return every answer, in the order received."""
        return list(self._read("answers", StudyAnswer, "number"))

    def append(self, rows: Sequence[Assignment | StudyAnswer]) -> None:
        """Add rows to the log in one transaction; they are on the disk when this returns.

        An answer whose key is there, or an assignment whose annotator and task are, is not added twice.

        Raises:
            sqlite3.Error: the disk is full, or the file is damaged.
        """
        with self._transaction():
            for row in rows:
                if isinstance(row, Assignment):
                    values = (row.annotator, row.task, _dump(row))
                    statement = "INSERT OR IGNORE INTO assignments (annotator, task, record) VALUES (?, ?, ?)"
                    self._connection.execute(statement, values)
                else:
                    statement = "INSERT OR IGNORE INTO answers (key, annotator, task, record) VALUES (?, ?, ?, ?)"
                    self._connection.execute(statement, (row.key, row.annotator, row.task, _dump(row)))

    def _must_be_study(self) -> None:
        try:
            self.settings()
        except sqlite3.DatabaseError:
            self.close()
            raise DataError(f"{self._path}: not a study of codefavor") from None

    def _must_be(self, settings: StudySettings, tasks: Sequence[StudyTask]) -> None:
        before = self.settings()
        changed = [name for name in StudySettings.model_fields if getattr(before, name) != getattr(settings, name)]
        if self.tasks() != tuple(tasks):
            changed.append("tasks")
        if changed:
            self.close()
            raise other_settings(self._path, changed, "those that it was begun with", option="--store")

    def _value(self, name: str) -> str:
        row = self._connection.execute("SELECT value FROM study WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise DataError(f"{self._path}: not a study of codefavor")
        return str(row[0])

    def _read(self, table: str, record_type: type[RecordT], order: str) -> Iterator[RecordT]:
        for (text,) in self._connection.execute(f"SELECT record FROM {table} ORDER BY {order}"):
            yield self._parsed(record_type, text)

    def _parsed(self, record_type: type[RecordT], text: str) -> RecordT:
        try:
            # Through json, since candidates may hold lone surrogates, which pydantic's own reader refuses.
            return record_type.model_validate(json.loads(text))
        except ValidationError as error:
            raise DataError(f"{self._path}: {explain(error)}") from None

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")


def _statements() -> Iterator[str]:
    statement = ""
    for line in _SCHEMA.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _dump(record: Record) -> str:
    return json.dumps(record.model_dump(mode="json"))


def _connect(path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        # FULL syncs the log at every commit: a vote that was acknowledged survives a power cut too.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except sqlite3.DatabaseError as error:
        reason = "not a study of codefavor" if path.is_file() and path.stat().st_size else str(error)
        raise DataError(f"{path}: {reason}") from None
    return connection


@contextmanager
def sole_server(path: Path) -> Iterator[None]:
    """Hold the right to serve the study at `path`; the operating system releases it when the process dies.

    Raises:
        UserError: another process serves it: two would hand out tasks without knowing of each other.
    """
    with closing(sqlite3.connect(path.with_name(f"{path.name}.lock"), timeout=0, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise UserError(f"{path}: another server has this study open; stop it first") from None
        yield
