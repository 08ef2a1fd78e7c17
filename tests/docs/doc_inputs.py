"""The folder in which the documentation's commands are run: candidates, pairs, problems, repositories, a judge.

Everything is small, made here, and the same in every run.
"""

import os
import shutil
import statistics
import subprocess
import textwrap
from pathlib import Path

from codefavor.jsonl import write_rows
from loopback.runs import codefavor, write_commits

ROOT = Path(__file__).parents[2]
ASKED = "Return the median of an odd number of values, as median([3, 1, 2]) == 2"
SORTED = "def median(values):\n    return sorted(values)[len(values) // 2]\n"
UNSORTED = "def median(values):\n    return values[len(values) // 2]\n"
COUNTED = (
    "def median(values):\n    for value in values:\n        if sum(v < value for v in values) == len(values) // 2:\n"
    "            return value\n"
)
GIT = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
SMALL_RUN = ("--source", "stdlib", "--max-files", "120", "--max-pairs", "90")


def prepare(folder: Path) -> None:
    """Fill an empty folder."""
    for name, code in (("a.py", SORTED), ("b.py", UNSORTED), ("c.py", COUNTED)):
        (folder / name).write_text(code, encoding="utf-8")
    (folder / "configs").symlink_to(ROOT / "configs")
    (folder / "people.txt").write_text("Ada token-of-ada\nBob token-of-bob\n", encoding="utf-8")
    _write_lines(folder)
    _write_pairs(folder)
    _write_project(folder / "src" / "project")
    _write_reviewed(folder)


def _write_lines(folder: Path) -> None:
    candidates = [SORTED, UNSORTED, COUNTED]
    sampled = [
        {"id": f"median-{number}", "instruction": ASKED, "criterion": "correctness", "candidates": candidates[:number]}
        for number in (2, 3)
    ]
    write_rows(folder / "candidates.jsonl", sampled)
    write_rows(folder / "tasks.jsonl", [{"instruction": f"Write a function that adds {n}."} for n in range(24)])
    problems, samples = [], []
    for number in range(2, 6):
        name, test = f"times{number}", f"assert times{number}(3) == {3 * number}"
        asked = f"Multiply x by {number}, as {name}(x)."
        problems.append({"id": name, "instruction": asked, "tests": [test], "license": "MIT"})
        for code in (f"return {number} * x", f"return x + {number}", "return x"):
            samples.append({"problem": name, "code": f"def {name}(x):\n    {code}\n"})
    write_rows(folder / "problems.jsonl", problems)
    write_rows(folder / "samples.jsonl", samples)
    write_commits(folder / "commits.jsonl", 12)


def _write_pairs(folder: Path) -> None:
    pairs = folder / "made" / "pairs.jsonl"
    _run("evolve", "regress-evol", *SMALL_RUN, "--out", pairs.parent)
    _run("pairs", "split", pairs, folder / "train.jsonl", folder / "held-out.jsonl", "--ratio", "0.75")
    lines = (folder / "train.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    parts = {"runs/commits": lines[::2], "runs/critic": lines[1::2], "": lines[:15]}
    for name, part in parts.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / "pairs.jsonl").write_text("".join(part), encoding="utf-8")
    (folder / "calibration.jsonl").write_text("".join(lines[:40]), encoding="utf-8")
    _run("train", "--objective", "linear", "--pairs", folder / "train.jsonl", "--out", folder / "judge")


def clear(folder: Path, made: str) -> None:
    """Remove what a page is going to make itself."""
    path = folder / made
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _run(*arguments: object) -> None:
    ended = codefavor(*arguments)
    assert ended.returncode == 0, ended.stderr


def _write_project(folder: Path) -> None:
    """A repository of somebody else's: functions of the standard library, and two commits that change one of them."""
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "LICENSE", folder / "LICENSE")
    shutil.copy(statistics.__file__, folder / "figures.py")
    shutil.copy(textwrap.__file__, folder / "wrapping.py")
    (folder / "middle.py").write_text(COUNTED, encoding="utf-8")
    _git(folder, "init", "--quiet", "--initial-branch=main")
    _commit(folder, "The first state of the project")
    (folder / "middle.py").write_text(SORTED, encoding="utf-8")
    _commit(folder, "Sort once instead of counting for every value")


def _write_reviewed(folder: Path) -> None:
    """The folder itself as a repository: tags v1 and v2, a branch, and something staged."""
    prices = folder / "prices.py"
    doctest = '    """Return the middle.\n\n    >>> median([3, 1, 2])\n    2\n    """\n'
    states = [code.replace("\n", f"\n{doctest}", 1) for code in (COUNTED, SORTED, UNSORTED)]
    _git(folder, "init", "--quiet", "--initial-branch=main")
    (folder / ".gitignore").write_text("*\n!prices.py\n", encoding="utf-8")
    prices.write_text(states[0], encoding="utf-8")
    _commit(folder, "The first state of prices")
    _git(folder, "tag", "v1")
    _git(folder, "switch", "--quiet", "--create", "faster")
    prices.write_text(states[1], encoding="utf-8")
    _commit(folder, "Sort once instead of counting for every value")
    _git(folder, "tag", "v2")
    prices.write_text(states[2], encoding="utf-8")
    _git(folder, "add", "prices.py")


def _commit(folder: Path, message: str) -> None:
    _git(folder, "add", "--all")
    _git(folder, "commit", "--quiet", "--message", message)


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, env={**os.environ, **GIT}, check=True, capture_output=True)
