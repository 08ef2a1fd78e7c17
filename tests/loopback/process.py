"""The server as a program of its own, so that its work is not counted as the client's."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

from loopback.faults import Schedule

_TESTS = Path(__file__).resolve().parents[1]


class LoopbackProcess:
    """`python -m loopback` as a context manager; `answer` is `module:function`, found on `PYTHONPATH` or in tests/."""

    def __init__(
        self, answer: str = "loopback.answers:echo", latency: float = 0.0, schedule: Schedule | None = None
    ) -> None:
        schedule = schedule or Schedule()
        self._command = [
            *(sys.executable, "-m", "loopback", "--answer", answer, "--latency", str(latency)),
            *("--seed", str(schedule.seed), "--in-a-row", str(schedule.in_a_row)),
            *("--retry-after", str(schedule.retry_after), "--slow-seconds", str(schedule.slow_seconds)),
            *(part for fault, share in schedule.shares.items() for part in ("--fault", f"{fault}={share}")),
        ]

    @property
    def url(self) -> str:
        return f"{self.root}/v1"

    def __enter__(self) -> "LoopbackProcess":
        paths = [str(_TESTS), os.environ.get("PYTHONPATH", "")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True, env=environment)
        assert self._process.stdout
        self.root = self._process.stdout.readline().strip()
        assert self.root, "the loopback server did not start"
        return self

    def stats(self) -> dict[str, Any]:
        """Return the counts of `Tally.summary`."""
        with urllib.request.urlopen(f"{self.root}/stats", timeout=60) as response:
            counts: dict[str, Any] = json.load(response)
        return counts

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdout
        self._process.terminate()
        self._process.wait(60)
        self._process.stdout.close()
