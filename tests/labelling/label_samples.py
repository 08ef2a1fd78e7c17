"""Files of candidates and runs of `codefavor label` on them."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import command_runs

SHORTER = ("--judge", "shorter", "--criterion", "Shorter.")


def rows(problems: int) -> list[dict[str, Any]]:
    """Return problems of two to five candidates that are the shorter the better."""
    return [
        {
            "id": f"p{number}",
            "instruction": f"Add up to {number}.",
            "candidates": ["x = 0" + " + 1" * (number * step % 23) for step in range(1, 3 + number % 4)],
            "sampler": "another column",
        }
        for number in range(problems)
    ]


def write_samples(path: Path, samples: Iterable[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in samples), encoding="utf-8")
    return path


def read_rows_of(out: Path) -> list[dict[str, Any]]:
    """Return the rows of a run's preference set."""
    return [json.loads(line) for line in (out / "preferences.jsonl").read_text(encoding="utf-8").splitlines()]


def finished(folder: Path) -> set[str]:
    """Return the names of the problems whose line is whole in a journal."""
    path = folder / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    return {json.loads(line)["id"] for line in lines if line.endswith(b"\n")}


def command(*arguments: object) -> list[str]:
    return command_runs.command("label", *arguments)
