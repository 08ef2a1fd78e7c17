import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from codefavor.bench.bench_judge import read_result
from codefavor.bench.codeprefbench import file_name
from codefavor.bench.reference_verdicts import read_reference
from codefavor.bench.tasks import TaskSet, load_tasks
from codefavor.errors import DataError, RecordError
from codefavor.jsonl import read_rows, write_rows
from codefavor.pairs.criterion import Aspect

SECURITY = file_name(Aspect.SECURITY)


def verdict_rows(benchmark: Path, name: str = SECURITY, **changes: Any) -> list[dict[str, Any]]:
    """The first candidate is preferred everywhere."""
    return [
        {
            "task_md5": hashlib.md5(json.dumps(row, sort_keys=True).encode()).hexdigest(),
            "model_id": "openai/some",
            "model_type": "openai",
            "gt_choice": row["gt_choice"],
            "decision": 0,
            "classification": row["gt_choice"] == 0,
            "conversations": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "CODE_A is better"}],
            **changes,
        }
        for _, row in read_rows(benchmark / name)
    ]


@pytest.fixture(scope="module")
def tasks(benchmark: Path) -> TaskSet:
    return load_tasks(benchmark, "stripped", 0)


def test_a_complete_file_gives_one_figure_both_ways(benchmark: Path, tasks: TaskSet, tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    rows = verdict_rows(benchmark)
    rows[5]["decision"] = None
    write_rows(path, reversed(rows))
    read = read_reference([path], benchmark, tasks)
    right = sum(row["gt_choice"] == row["decision"] for row in rows)
    (figure,) = read.figures.values()
    assert figure.accuracy == (right + 0.5) / 207 and figure.undecided == 1 / 207 and figure.missing == 0
    assert [row.task for row in read.rows] == [task.id for task in tasks.tasks if task.stratum == "security"]
    assert read.rows[5].given.undecided == "no choice found in the answer"
    assert read.rows[0].given.feedback == "CODE_A is better" and read.model == "openai/some"


def test_missing_rows_leave_the_reference_denominator_and_stay_in_ours(
    benchmark: Path, tasks: TaskSet, tmp_path: Path
) -> None:
    path = tmp_path / "verdicts.jsonl"
    rows = verdict_rows(benchmark)
    write_rows(path, [*rows[:100], {**rows[0], "task_md5": "0" * 32}])
    read = read_reference([path], benchmark, tasks)
    figure = read.figures["security"]
    assert (figure.rows, figure.missing, read.unknown) == (100, 107, 1)
    assert figure.accuracy == sum(row["gt_choice"] == 0 for row in rows[:100]) / 100
    assert [row.given.choice for row in read.rows] == ["A"] * 100 + [None] * 107


def test_what_is_no_verdict_file_is_refused(benchmark: Path, tasks: TaskSet, tmp_path: Path) -> None:
    path = tmp_path / "verdicts.jsonl"
    rows = verdict_rows(benchmark)
    write_rows(path, [rows[0], {**rows[1], "decision": 2}])
    with pytest.raises(RecordError, match="line 2: decision"):
        read_reference([path], benchmark, tasks)
    write_rows(path, [rows[0], {**rows[1], "model_id": "other"}])
    with pytest.raises(DataError, match="several models: openai/some, other"):
        read_reference([path], benchmark, tasks)
    write_rows(path, [{**rows[0], "task_md5": "0"}])
    with pytest.raises(DataError, match="no verdict about a task"):
        read_reference([path], benchmark, tasks)


def test_the_command_leaves_a_run_that_can_be_reported(benchmark: Path, tmp_path: Path) -> None:
    path, out = tmp_path / "verdicts.jsonl", tmp_path / "run"
    rows = verdict_rows(benchmark)
    write_rows(path, rows[:200])
    command = [sys.executable, "-m", "codefavor", "bench", "score", str(path)]
    ran = subprocess.run(
        [*command, "--data", str(benchmark), "--out", str(out), "--name", "some"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    theirs = 100 * sum(row["gt_choice"] == 0 for row in rows[:200]) / 200
    result = read_result(out)
    ours = 100 * result.aspects["security"].accuracy
    assert f"security: {theirs:.1f}% +- 0.0% over 200 rows; {ours:.1f}% with the 7 tasks" in ran.stdout
    assert result.judge == "some" and result.aspects["security"].tasks == 207 and result.average is None
    reported = subprocess.run(
        [sys.executable, "-m", "codefavor", "report", str(out), "--out", str(tmp_path / "report.html")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert reported.returncode == 0, reported.stderr
