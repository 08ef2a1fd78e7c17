"""A real `codefavor serve` process for the tests, and judges of one's own."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import httpx2

from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Verdict

QUESTION: dict[str, Any] = {
    "instruction": "Return the sum of two numbers.\n\n>>> add(1, 2)\n3",
    "code_a": "def add(a, b):\n    return a - b\n",
    "code_b": "def add(a, b):\n    # right\n    return a + b\n",
}


class Server:
    """A process that serves a judge; `client` speaks to it."""

    def __init__(self, *options: str, environment: Mapping[str, str] | None = None, module: str = "codefavor") -> None:
        command = [sys.executable, "-m", module, *(["serve"] if module == "codefavor" else []), *options]
        self._complaints = tempfile.TemporaryFile("w+", encoding="utf-8")  # a pipe nobody reads would fill up
        self._process = subprocess.Popen(
            [*command, "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
        )
        assert self._process.stdout
        self.address = self._process.stdout.readline().strip()
        if not self.address:
            self._complaints.seek(0)
            raise AssertionError(f"the server did not start: {self._complaints.read()}")
        self.client = httpx2.Client(base_url=self.address, timeout=60)

    @property
    def pid(self) -> int:
        return self._process.pid

    def compare(self, **changes: Any) -> httpx2.Response:
        return self.client.post("/v1/compare", json={**QUESTION, **changes})

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Return the exit status and what was complained of."""
        self.client.close()
        self._process.send_signal(number)
        self._process.communicate(timeout=300)
        with self._complaints as complaints:
            complaints.seek(0)
            return self._process.returncode, complaints.read()


@contextmanager
def serving(*options: str, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Serve until the context ends; anything on standard error fails the test."""
    server = Server(*options, environment=environment)
    try:
        yield server
    finally:
        _, complaints = server.stop()
    assert complaints == ""


def verdict(comparison: Comparison) -> Verdict:
    return Verdict(comparison=comparison.digest(), judge="test", choice="A" if "a" in comparison.code_a else "B")


class SlowJudge:
    """Remembers what it was asked; answers after `seconds`."""

    name = "slow"

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.batches: list[list[Comparison]] = []

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        self.batches.append(list(comparisons))
        time.sleep(self.seconds)
        return [verdict(comparison) for comparison in comparisons]
