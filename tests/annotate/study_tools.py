"""Pairs, stores and a server of one's own for the tests of studies."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from codefavor.annotate.answers import AnswerKind, StudyAnswer
from codefavor.annotate.study import StudyTask
from codefavor.jsonl import write_records
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.pair import PreferencePair, Provenance
from codefavor.pairs.vote import Confidence

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def make_pair(number: int, aspect: Aspect = Aspect.CORRECTNESS, chosen: str | None = None) -> PreferencePair:
    return PreferencePair(
        instruction=f"Return the number {number}.",
        criterion=criterion_for(aspect),
        chosen=chosen or f"def number():\n    # right\n    return {number}\n",
        rejected=f"def number():\n    return {number + 1}\n",
        provenance=Provenance(method="by hand", source="tests", source_id=str(number)),
    )


def write_study(folder: Path, tasks: int) -> Path:
    path = folder / "pairs.jsonl"
    write_records(path, (make_pair(number) for number in range(tasks)))
    return path


def make_task(number: int, check: bool = False, aspect: Aspect = Aspect.CORRECTNESS) -> StudyTask:
    comparison = Comparison(
        instruction=f"{number}", criterion=criterion_for(aspect), code_a=f"a = {number}", code_b=f"b = {number}"
    )
    name = f"check{number}" if check else f"task{number}"
    return StudyTask(id=name, comparison=comparison, group=name, label="A" if number % 2 else "B", check=check)


def make_answer(annotator: str, task: str, kind: AnswerKind, number: int, seconds: float = 60.0) -> StudyAnswer:
    sure: Confidence | None = "high" if kind in ("A", "B", "tie") else None
    return StudyAnswer(
        key=f"key-{annotator}-{number:06}".replace(" ", "-"),
        annotator=annotator,
        task=task,
        kind=kind,
        confidence=sure,
        seconds=seconds,
        at=NOW,
    )


class Server:
    """A real `codefavor annotate` process."""

    def __init__(self, pairs: Path, store: Path, *options: str) -> None:
        self._command = [sys.executable, "-m", "codefavor", "annotate", "--pairs", str(pairs), "--store", str(store)]
        self._options = options
        self.store = store
        self.port = 0
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        command = [*self._command, *self._options, "--port", str(self.port)]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert self._process.stdout
        found = re.search(r":(\d+)/", self._process.stdout.readline())
        assert found, "the server did not start"
        self.port = int(found[1])

    def kill(self, how: signal.Signals = signal.SIGKILL) -> int:
        self._process.send_signal(how)
        code = self._process.wait(timeout=120)
        assert self._process.stdout
        self._process.stdout.close()
        return code


@contextmanager
def serving(pairs: Path, store: Path, *options: str) -> Iterator[Server]:
    server = Server(pairs, store, *options)
    try:
        yield server
    finally:
        server.kill()
