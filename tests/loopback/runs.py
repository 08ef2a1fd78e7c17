"""Whole runs of `codefavor evolve` against the loopback server, in this process or as programs of their own."""

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from codefavor.cli.main import main
from command_runs import command

RESULTS = ("pairs.jsonl", "discarded.jsonl", "summary.json")


def write_commits(path: Path, count: int) -> Path:
    rows = (
        {
            "commit": f"{n:040x}",
            "old_contents": f"def area_{n}(a, b):\n    c = 0\n    for _ in range(b):\n        c += a + {n}",
            "new_contents": f"def area_{n}(a, b):\n    return (a + {n}) * b\n",
            "message": f"Multiply instead of adding up in area_{n}",
            "lang": "Python",
            "license": "mit" if n % 10 else "gpl-3.0",
            "repos": "example/area,another/area",
        }
        for n in range(count)
    )
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


ENVIRONMENT = {**os.environ, "OPENAI_API_KEY": "sk-of-a-test", "COLUMNS": "200"}


def start(*arguments: object) -> subprocess.Popen[bytes]:
    """Start `codefavor` as a program of its own, the first of its group of processes."""
    return subprocess.Popen(
        command(*arguments),
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def end(process: subprocess.Popen[bytes]) -> str:
    """Wait for its end and return what it said on stderr."""
    return process.communicate(timeout=600)[1].decode()


class Ended(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def evolve(*arguments: object) -> Ended:
    """Run `codefavor evolve` in this process."""
    return codefavor("evolve", *arguments)


def codefavor(*arguments: object) -> Ended:
    """Run the command line in this process: starting an interpreter for each would take most of the time."""
    out, err = io.StringIO(), io.StringIO()
    code = 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["codefavor", *map(str, arguments)])
        patch.setenv("OPENAI_API_KEY", "sk-of-a-test")
        patch.setenv("COLUMNS", "200")
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Ended(code, out.getvalue(), err.getvalue())


CONCURRENCY = 16


def commit_run(seeds: Path, url: str, out: Path) -> tuple[object, ...]:
    critic = ("--critic", "vllm/critic", "--base-url", url)
    return ("commit-instruct", "--edit-pack", seeds, *critic, "--out", out, "--concurrency", CONCURRENCY)


def write_instructions(path: Path, count: int) -> Path:
    rows = ({"id": f"i{n}", "instruction": f"Write code, please, number {n}."} for n in range(count))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def draft_run(instructions: Path, url: str, out: Path) -> tuple[object, ...]:
    models = ("--draft", "vllm/weak", "--draft-url", url, "--critic", "vllm/strong", "--base-url", url)
    return ("critic-evol", "--instructions", instructions, *models, "--out", out)


def results(folder: Path) -> dict[str, str]:
    return {name: (folder / name).read_text(encoding="utf-8") for name in RESULTS}


def summary(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return content
