import shutil
from collections import Counter
from pathlib import Path

import pytest
from bench_pairs import write_pairs_file

from codefavor.bench.tasks import load_tasks
from codefavor.errors import DataError, RecordError
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.source import read_pairs, write_pairs


def test_the_benchmark_is_read_in_full(benchmark: Path) -> None:
    task_set = load_tasks(benchmark, "stripped", seed=0)
    counts = Counter(task.stratum for task in task_set.tasks)
    assert counts == {"correctness": 660, "efficiency": 352, "security": 207, "human-preference": 145}
    assert task_set.unparsed == {"security": 56}
    assert len({task.id for task in task_set.tasks}) == 1364
    assert len({task.group for task in task_set.tasks if task.stratum == "correctness"}) == 330
    assert Counter(task.label for task in task_set.tasks if task.stratum == "security") == {"A": 106, "B": 101}


def test_comments_can_be_kept(benchmark: Path) -> None:
    stripped, kept = load_tasks(benchmark, "stripped", seed=0), load_tasks(benchmark, "kept", seed=0)
    same = [one.comparison == two.comparison for one, two in zip(stripped.tasks, kept.tasks, strict=True)]
    people = [task.stratum == Aspect.HUMAN_PREFERENCE for task in kept.tasks]
    assert all(equal for equal, human in zip(same, people, strict=True) if human)
    assert sum(same) < 400
    assert kept.unparsed == {}


def test_a_changed_file_is_refused_by_name(benchmark: Path, tmp_path: Path) -> None:
    copy = tmp_path / "bench"
    shutil.copytree(benchmark, copy)
    with (copy / "security-alignment.jsonl.gz").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(DataError, match=r"security-alignment.jsonl.gz: not the released file"):
        load_tasks(copy, "stripped", seed=0)
    (copy / "efficiency-alignment.jsonl.gz").unlink()
    with pytest.raises(DataError, match=r"efficiency-alignment.jsonl.gz: No such file"):
        load_tasks(copy, "stripped", seed=0)


def test_pairs_are_shown_on_both_sides_by_seed(tmp_path: Path) -> None:
    path = write_pairs_file(tmp_path / "pairs.jsonl", each=40)
    task_set = load_tasks(path, "stripped", seed=1)
    labels = Counter(task.label for task in task_set.tasks)
    assert len(task_set.tasks) == 160 and 55 < labels["A"] < 105
    assert load_tasks(path, "stripped", seed=1) == task_set
    assert load_tasks(path, "stripped", seed=2) != task_set
    assert list(task_set.files) == ["pairs.jsonl"]
    for task in task_set.tasks:
        assert ("note" in task.comparison.code_a + task.comparison.code_b) == (task.stratum == "human-preference")


def test_the_same_pair_twice_is_two_tasks(tmp_path: Path) -> None:
    path = write_pairs_file(tmp_path / "pairs.jsonl", each=1)
    path.write_text(path.read_text(encoding="utf-8") * 2, encoding="utf-8")
    assert len({task.id for task in load_tasks(path, "kept", seed=0).tasks}) == 8


def test_a_folder_of_parquet_files_is_one_file_of_pairs(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    plain = load_tasks(write_pairs_file(tmp_path / "pairs.jsonl", each=3), "stripped", seed=1)
    (tmp_path / "set" / "data").mkdir(parents=True)
    write_pairs(tmp_path / "set" / "data" / "train.parquet", read_pairs(tmp_path / "pairs.jsonl"))
    folder = load_tasks(tmp_path / "set", "stripped", seed=1)
    assert folder.tasks == plain.tasks and folder.strata == plain.strata
    assert list(folder.files) == ["data/train.parquet"]
    assert folder.paths(tmp_path / "set") == [tmp_path / "set" / "data" / "train.parquet"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"empty: holds no tasks\.jsonl, no Parquet files"):
        load_tasks(tmp_path / "empty", "stripped", seed=1)


def test_bad_pairs_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "bad.jsonl").write_text('{"instruction": "x"}\n', encoding="utf-8")
    with pytest.raises(DataError, match="no tasks"):
        load_tasks(tmp_path / "empty.jsonl", "stripped", seed=0)
    with pytest.raises(RecordError, match="line 1"):
        load_tasks(tmp_path / "bad.jsonl", "stripped", seed=0)
    with pytest.raises(DataError, match="No such file"):
        load_tasks(tmp_path / "none.jsonl", "stripped", seed=0)
