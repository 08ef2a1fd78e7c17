import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from criterion_doors import INSTRUCTION, MEANS_NO_ASPECT, MEANS_SECURITY, OPEN, SAFE


def codefavor(*arguments: object) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CODEFAVOR_")}
    command = [sys.executable, "-m", "codefavor", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def assert_refused(ran: subprocess.CompletedProcess[str], reason: str) -> None:
    assert (ran.returncode, ran.stdout) == (2, ""), ran.stderr
    assert ran.stderr.startswith("error: ") and ran.stderr.count("\n") == 1 and reason in ran.stderr


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    path = tmp_path / "samples.jsonl"
    rows = [
        {"id": f"p{number}", "instruction": "Add.", "candidates": ["x" * (2 + number), "x", "xxxx" * 4][: 1 + number]}
        for number in range(3)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


ASKED = ("--judge", "shorter", "--criterion", "Shorter.")


def test_files_are_ranked(tmp_path: Path) -> None:
    files = [tmp_path / f"{length}.py" for length in (3, 1, 2)]
    for length, file in zip((3, 1, 2), files, strict=True):
        file.write_text("x" * length, encoding="utf-8")
    ran = codefavor("rank", *files, "--instruction", "Add.", *ASKED, "--json")
    assert json.loads(ran.stdout)["winner"] == 1
    assert "Best: " in codefavor("rank", *files, "--instruction", f"@{files[0]}", *ASKED).stdout
    assert_refused(codefavor("rank", tmp_path / "no.py", "--instruction", "x", *ASKED), "no.py")
    assert_refused(codefavor("rank", files[0], *ASKED), "--instruction")


def test_best_of_n_and_labels_are_written_and_continued_under_the_same_settings_only(
    samples: Path, tmp_path: Path
) -> None:
    for verb, arguments, result in (
        ("rank", ("--candidates", samples), "rankings.jsonl"),
        ("label", (samples,), "preferences.jsonl"),
    ):
        out = tmp_path / verb
        run = (verb, *map(str, arguments), *ASKED, "--out", out)
        assert codefavor(*run).returncode == 0
        whole = (out / result).read_bytes()
        journal = (out / "journal.jsonl").read_bytes().splitlines(keepends=True)
        (out / "journal.jsonl").write_bytes(journal[0] + b'{"torn')
        again = codefavor(*run)
        assert again.returncode == 0, again.stderr
        assert (out / result).read_bytes() == whole
        assert_refused(codefavor(*run, "--seed", "1"), "begun with other settings (rank)")
    rows = [json.loads(line) for line in (tmp_path / "rank" / "rankings.jsonl").read_text().splitlines()]
    assert [(row["id"], row["winner"]) for row in rows] == [("p0", 0), ("p1", 1), ("p2", 1)]


def test_bad_samples_are_named_by_line_and_leave_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"instruction": "x", "candidates": []}\n', encoding="utf-8")
    assert_refused(codefavor("label", path, *ASKED, "--out", tmp_path / "out"), "line 1: candidates")
    assert not (tmp_path / "out").exists()


def test_criteria_of_rows_and_of_the_command_are_names_or_words(tmp_path: Path) -> None:
    codes = {"instruction": INSTRUCTION, "candidates": [OPEN, SAFE]}
    rows = [{**codes, "criterion": words} for words in MEANS_SECURITY] + [codes]
    path = tmp_path / "candidates.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    asked = ("--judge", "evidence", "--criterion", MEANS_NO_ASPECT, "--out")
    assert codefavor("rank", "--candidates", path, *asked, tmp_path / "best").returncode == 0
    rankings = [json.loads(line) for line in (tmp_path / "best" / "rankings.jsonl").read_text().splitlines()]
    assert [ranking.get("winner") for ranking in rankings] == [1, 1, 1, None]
    assert codefavor("label", path, *asked, tmp_path / "set", "--confidence", "0.7").returncode == 0
    pairs = [json.loads(line) for line in (tmp_path / "set" / "preferences.jsonl").read_text().splitlines()]
    assert [pair["chosen"] for pair in pairs] == [SAFE] * len(MEANS_SECURITY)


def test_files_of_different_languages_are_not_ranked(tmp_path: Path) -> None:
    files = [tmp_path / "a.js", tmp_path / "b.py"]
    for file in files:
        file.write_text("x", encoding="utf-8")
    ran = codefavor("rank", *files, "--instruction", "Add.", *ASKED)
    assert_refused(ran, "a.js is JavaScript")
    assert codefavor("rank", *files, "--instruction", "Add.", *ASKED, "--language", "py").returncode == 0
