"""Runs the commands of one page in order, in a folder of their own, as a reader would type them into bash."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from doc_blocks import ROOT, Statement
from doc_inputs import GIT
from doc_table import NOT_RUN, STAND_INS, STATUSES, NotRun

from codefavor.annotate.answers import Assignment, StudyAnswer
from codefavor.annotate.store import Store

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SERVERS = {"serve", "annotate"}


class Session:
    """A reader's terminal."""

    def __init__(self, folder: Path, server: str, cache: Path) -> None:
        self._folder = folder
        self._server = server
        self._address = ""
        self._process: subprocess.Popen[str] | None = None
        shims = folder / "bin"
        shims.mkdir()
        shim = shims / "codefavor"
        shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m codefavor "$@"\n', encoding="utf-8")
        shim.chmod(0o755)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CODEFAVOR_", "XDG_"))}
        self._environment = kept | GIT
        self._environment |= {
            "PATH": f"{shims}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONUNBUFFERED": "1",
            "HOME": str(folder),
            "XDG_CACHE_HOME": str(cache),
            "COLUMNS": "120",
            "OPENAI_API_KEY": "sk-of-a-test",
            "CODEFAVOR_BENCH": str(folder / "held-out.jsonl"),
        }

    def run(self, statement: Statement) -> None:
        """Run a command, or what is run in its place; a server is left running until the next one, or the end."""
        text = statement.text
        if known := not_run(statement):
            if known.instead is None:
                return
            text = known.instead
        text = stood_in(text, self._server)
        if self._address:
            text = re.sub(r"localhost:8418", self._address, text)
        if is_server(statement):
            self._start(text)
            return
        done = self._run("bash", "-c", text)
        assert '"detail"' not in done.stdout or statement.words[0] != "curl", f"the server refused: {done.stdout}"
        verb = statement.words[1] if statement.words[0] == "codefavor" else ""
        assert done.returncode in STATUSES.get(verb, {0}), (
            f"line {statement.line}: {text}\nended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        )

    def python(self, code: str) -> None:
        """Run a Python snippet."""
        done = self._run(sys.executable, "-c", code)
        assert done.returncode == 0, f"{code}\n{done.stderr[-2000:]}"

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def _start(self, text: str) -> None:
        self.stop()
        command = text if re.match(r"\w+=", text) else f"exec {text}"
        self._process = subprocess.Popen(
            ["bash", "-c", command],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout
        found = re.match(r"http://(127\.0\.0\.1:\d+)/", self._process.stdout.readline())
        assert found, f"{text}: printed no address"
        self._address = found[1]
        if store := re.search(r"--store (\S+)", text):
            _vote(self._folder / store[1])

    def stop(self) -> None:
        """End the server, where one is running."""
        if self._process is None:
            return
        os.killpg(self._process.pid, signal.SIGINT)
        self._process.communicate(timeout=300)
        assert self._process.returncode in (0, 130), self._process.returncode
        self._process, self._address = None, ""

    def kill(self) -> None:
        """End the server in any case."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.communicate()


@contextmanager
def session(folder: Path, server: str, cache: Path) -> Iterator[Session]:
    opened = Session(folder, server, cache)
    try:
        yield opened
        opened.stop()
    finally:
        opened.kill()


def not_run(statement: Statement) -> NotRun | None:
    """Return the entry of the table for a command that is not run."""
    text = " ".join(statement.words)
    return next((entry for entry in NOT_RUN if text.startswith(entry.begins)), None)


def stood_in(text: str, server: str) -> str:
    for each in STAND_INS:
        text = re.sub(each.pattern, each.by.replace("{server}", server), text)
    return text


def is_server(statement: Statement) -> bool:
    words = statement.words
    return words[0] == "codefavor" and words[1] in SERVERS and (len(words) == 2 or words[2].startswith("-"))


def _vote(path: Path) -> None:
    """Let three people vote for the labelled side of every task that has no votes, as the page would record it."""
    store = Store.open(path)
    try:
        if store.answers():
            return
        for name in ("Ada", "Bob", "Cyd"):
            for number, task in enumerate(store.tasks()):
                store.append([Assignment(annotator=name, task=task.id, swapped=False, at=NOW)])
                key = f"key-{name}-{number:06}"
                vote = StudyAnswer(
                    key=key, annotator=name, task=task.id, kind=task.label, confidence="high", seconds=60.0, at=NOW
                )
                store.append([vote])
    finally:
        store.close()
