from pathlib import Path

import pytest

from codefavor.bench.codeprefbench import CODEPREFBENCH, _majority, file_name
from codefavor.bench.label_audit import SUBSET_FILE, AuditedTask, audit_labels, read_subset, tasks_of_subset
from codefavor.bench.mbpp_plus import MbppPlusRunner, read_mbpp_plus
from codefavor.bench.tasks import load_tasks
from codefavor.errors import DataError, RecordError, UserError
from codefavor.jsonl import read_records, write_rows
from codefavor.judges.baseline import LengthJudge
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.source import write_pairs
from made_pairs import make_pair

GOOD = "def largest(x):\n    return max(x)"
LONGER_AND_BAD = "def largest(x):\n    return sorted(x)[0]"
SHORTER_AND_BAD = "def largest(x):\n    return x[0]"


def data(folder: Path, *codes: tuple[str, str]) -> Path:
    path = folder / "tasks.jsonl"
    pairs = [
        make_pair(chosen, rejected, instruction="largest", source="Mbpp", source_id=number)
        for number, (chosen, rejected) in enumerate(codes)
    ]
    write_pairs(path, pairs)
    return path


def test_labels_and_texts_are_flagged_and_the_rest_is_the_subset(tmp_path: Path) -> None:
    path = data(
        tmp_path,
        (GOOD, LONGER_AND_BAD),
        (GOOD, SHORTER_AND_BAD),
        (GOOD, LONGER_AND_BAD),
        (GOOD, "def largest(x):\n    return max("),
        ("pass", GOOD),
        (GOOD, GOOD.replace("    ", "      ")),
    )
    tasks = load_tasks(path, "kept", 0)
    out = tmp_path / "audit"
    summary = audit_labels(LengthJudge("shorter"), None, tasks, path, out, lambda done, total: None)
    flags = [set(row.flags) for row in read_records(out / "audit.jsonl", AuditedTask)]
    assert flags == [
        {"confirmed"},
        {"refuted"},
        {"confirmed", "duplicate"},
        {"does not parse", "refuted"},
        {"confirmed", "degenerate"},
        {"confirmed", "same code"},
    ]
    [row] = summary.rows
    assert (row.tasks, row.clusters, row.verified, summary.verified) == (6, 6, 1, 1)
    subset = read_subset(out / SUBSET_FILE)
    assert [task.id for task in tasks_of_subset(tasks, subset).tasks] == [tasks.tasks[0].id]
    again = audit_labels(LengthJudge("longer"), None, tasks, path, out, lambda done, total: None)
    assert again == summary, "what was audited is not audited again"


def test_a_subset_of_other_data_and_a_foreign_folder_are_refused(tmp_path: Path) -> None:
    path = data(tmp_path, (GOOD, LONGER_AND_BAD))
    tasks = load_tasks(path, "kept", 0)
    with pytest.raises(UserError, match="holds no such run; choose another --out"):
        audit_labels(LengthJudge("shorter"), None, tasks, path, tmp_path, lambda done, total: None)
    audit_labels(LengthJudge("shorter"), None, tasks, path, tmp_path / "audit", lambda done, total: None)
    other = tmp_path / "other"
    other.mkdir()
    elsewhere = load_tasks(data(other, (GOOD, SHORTER_AND_BAD)), "kept", 0)
    with pytest.raises(DataError, match="not one of this data"):
        tasks_of_subset(elsewhere, read_subset(tmp_path / "audit" / SUBSET_FILE))
    with pytest.raises(DataError, match="No such file"):
        read_subset(tmp_path / "nowhere.json")


def test_more_inputs_tell_the_wrong_candidate(tmp_path: Path) -> None:
    path = data(tmp_path, (GOOD, LONGER_AND_BAD), (LONGER_AND_BAD + "\n", GOOD))
    tasks = load_tasks(path, "kept", 0)
    row = {"entry_point": "largest", "canonical_solution": GOOD, "base_input": [[[1, 2]]], "plus_input": [[[5]]]}
    plus = tmp_path / "plus.jsonl"
    write_rows(plus, [{"task_id": task.group, **row} for task in tasks.tasks])
    runner = MbppPlusRunner(read_mbpp_plus(plus))
    audit_labels(LengthJudge("shorter"), runner, tasks, path, tmp_path / "audit", lambda done, total: None)
    rows = read_records(tmp_path / "audit" / "audit.jsonl", AuditedTask)
    assert [set(row.flags) for row in rows] == [{"confirmed", "plus confirmed"}, {"refuted", "plus refuted"}]


def test_a_file_that_is_not_of_mbpp_plus_is_named(tmp_path: Path) -> None:
    path = tmp_path / "plus.jsonl"
    write_rows(path, [{"task_id": "Mbpp/1"}])
    with pytest.raises(RecordError, match=r"plus\.jsonl.*entry_point"):
        read_mbpp_plus(path)


def test_letters_that_are_not_the_label_are_counted(tmp_path: Path) -> None:
    row = {"task_id": "x", "instruction": "i", "choices": ["a", "b"], "gt_choice": 0}
    rows = [{**row, "annotations": letters} for letters in (["A", "A", "B"], ["codeB", "codeB", "codeA"])] + [row]
    write_rows(tmp_path / file_name(Aspect.HUMAN_PREFERENCE), rows)
    (note,) = CODEPREFBENCH.notes(tmp_path)
    assert note.startswith("human preference: in 1 of 2 tasks")


def test_letters_are_read_alone_and_as_they_were_released() -> None:
    assert [_majority(said) for said in (["A", "B", "A"], ["codeB", "codeB", "Tie"], ["Tie", "codeA", "codeB"])] == [
        "A",
        "B",
        None,
    ]
