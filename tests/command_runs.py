"""Runs of the real command as a program of its own, and what the tests of commands need for them."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "codefavor", *map(str, arguments)]


def run(
    *arguments: object, environment: Mapping[str, str] | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run `codefavor` to its end, with none of the CODEFAVOR_ variables of whoever runs the tests.

    `options` are those of `subprocess.run`.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CODEFAVOR_")}
    settings = {"capture_output": True, "text": True, "check": False, "timeout": 300, **options}
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command(*arguments), env={**inherited, **(environment or {})}, **settings
    )
    return done


def refusal(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one sentence with which the command refused its arguments."""
    assert (done.returncode, done.stdout) == (2, ""), (done.stdout, done.stderr)
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1, done.stderr
    return done.stderr


def write_files(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write texts into files of their names."""
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]
