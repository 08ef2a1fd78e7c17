import json
import subprocess
from pathlib import Path

import pytest

from codefavor.jsonl import write_records, write_rows
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.source import read_pairs
from command_runs import run
from made_pairs import make_pair

PAIRS = [
    make_pair(
        f"def f(x):\n    return x + {n}",
        f"def f(x):\n    return x - {n}",
        instruction=f"Add {n}.",
        source_id=n,
        license_name="MIT",
    )
    for n in range(30)
]


def pairs_command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return run("pairs", *arguments, environment={"COLUMNS": "120"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    write_records(path, PAIRS)
    return path


def test_a_valid_file_is_counted(file: Path) -> None:
    answer = pairs_command("validate", file)
    assert (answer.returncode, answer.stdout) == (0, f"{file}: 30 pairs of 30 groups, all valid\n")


def test_statistics_come_as_json(file: Path) -> None:
    counted = json.loads(pairs_command("stats", file, "--json").stdout)
    assert counted["pairs"] == 30 and counted["licenses"] == {"MIT": 30}
    assert counted["shortcuts"]["all"]["equal"] == 1.0


def test_a_pair_is_shown_by_id(file: Path) -> None:
    answer = pairs_command("show", file, "--id", PAIRS[4].id)
    assert answer.returncode == 0
    assert PAIRS[4].id in answer.stdout and "return x + 4" in answer.stdout and "return x - 4" in answer.stdout


def test_pairs_go_out_to_a_dataset_folder_and_come_back(file: Path, tmp_path: Path) -> None:
    folder, back = tmp_path / "dataset", tmp_path / "back.jsonl"
    out = pairs_command("convert", file, folder, "--to", "trl-chat", "--folder", "--filter", "Both sides parse.")
    assert out.returncode == 0, out.stderr
    assert pairs_command("convert", folder, back, "--from", "trl-chat").returncode == 0
    assert back.read_bytes() == file.read_bytes()


def test_benchmark_rows_come_in_with_their_aspect(tmp_path: Path) -> None:
    rows, out = tmp_path / "rows.jsonl", tmp_path / "pairs.jsonl"
    write_rows(rows, [{"task_id": "t/1", "instruction": "do", "choices": ["bad", "good"], "gt_choice": 1}])
    assert pairs_command("convert", rows, out, "--from", "benchmark").returncode == 2
    assert pairs_command("convert", rows, out, "--from", "benchmark", "--criterion", "security").returncode == 0
    (pair,) = read_pairs(out)
    assert (pair.chosen, pair.criterion) == ("good", criterion_for(Aspect.SECURITY))
    assert pair.provenance.group == "rows.jsonl:t/1"


def test_a_split_parts_the_file(file: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    answer = pairs_command("split", file, first, second, "--ratio", "0.7", "--seed", "5")
    assert answer.returncode == 0, answer.stderr
    parted = [*read_pairs(first), *read_pairs(second)]
    assert sorted(pair.id for pair in parted) == sorted(pair.id for pair in PAIRS)


REFUSED = {
    "missing file": (["validate", "none.jsonl"], "none.jsonl: no such file"),
    "bad line": (["validate", "bad.jsonl"], "bad.jsonl, line 2: not JSON"),
    "empty set": (["stats", "empty.jsonl"], "empty.jsonl: holds no pairs"),
    "unknown format": (["convert", "pairs.jsonl", "out.jsonl", "--to", "dpo"], "dpo: no such format"),
    "bad line while converting": (["convert", "bad.jsonl", "out.jsonl", "--to", "trl"], "line 2: not JSON"),
    "two choices": (["show", "pairs.jsonl", "--index", "1", "--seed", "2"], "exclude each other"),
    "no such pair": (["show", "pairs.jsonl", "--index", "31"], "pairs.jsonl: there is no pair 31"),
    "split onto itself": (["split", "pairs.jsonl", "pairs.jsonl", "out.jsonl"], "three different files"),
    "empty side": (["split", "pairs.jsonl", "a.jsonl", "b.jsonl", "--ratio", "0.000001"], "leave one side empty"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_one_sentence_and_leaves_nothing(case: str, file: Path) -> None:
    arguments, reason = REFUSED[case]
    (file.parent / "bad.jsonl").write_text(file.read_text(encoding="utf-8").split("\n")[0] + "\n{\n", encoding="utf-8")
    (file.parent / "empty.jsonl").touch()
    before = {path: path.read_bytes() for path in file.parent.iterdir()}
    named = [file.parent / word if word.endswith(".jsonl") else word for word in arguments]
    answer = pairs_command(*named)
    assert answer.returncode == 2 and answer.stdout == ""
    assert answer.stderr.startswith("error: ") and reason in answer.stderr and answer.stderr.count("\n") == 1
    assert {path: path.read_bytes() for path in file.parent.iterdir()} == before
