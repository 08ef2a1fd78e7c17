from pathlib import Path

import pytest

from codefavor.errors import DataError, RecordError
from codefavor.jsonl import read_records, read_rows, write_records, write_rows
from codefavor.pairs.criterion import Criterion

CRITERIA = [Criterion(text="fast"), Criterion(text="sûr ✓")]


@pytest.mark.parametrize("name", ["plain.jsonl", "packed.jsonl.gz", "packed.jsonl.zst"])
def test_records_come_back_as_written(tmp_path: Path, name: str) -> None:
    assert write_records(tmp_path / name, CRITERIA) == 2
    assert list(read_records(tmp_path / name, Criterion)) == CRITERIA


@pytest.mark.parametrize("name", ["plain.jsonl", "packed.jsonl.gz", "packed.jsonl.zst"])
def test_the_same_records_give_the_same_bytes(tmp_path: Path, name: str) -> None:
    first, second = tmp_path / "first" / name, tmp_path / "second" / name
    write_records(first, CRITERIA)
    write_records(second, CRITERIA)
    assert first.read_bytes() == second.read_bytes()


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "criteria.jsonl"
    path.write_text('{"text": "a"}\n\n{"txt": "b"}\n', encoding="utf-8")
    with pytest.raises(RecordError, match=r"criteria.jsonl, line 3: text: Field required \(and 1 more\)"):
        list(read_records(path, Criterion))


@pytest.mark.parametrize(("line", "reason"), [("{", "not JSON"), ("[1]", "a JSON object was expected")])
def test_a_line_that_is_no_object_is_refused(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(RecordError, match=reason):
        list(read_rows(path))


def test_a_missing_or_broken_file_is_a_data_error(tmp_path: Path) -> None:
    (tmp_path / "cut.jsonl.gz").write_bytes(b"\x1f\x8b\x08")
    for name in ["none.jsonl", "cut.jsonl.gz"]:
        with pytest.raises(DataError, match=name):
            list(read_rows(tmp_path / name))


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    write_rows(path, [{"old": 1}])
    with pytest.raises(ZeroDivisionError):
        write_rows(path, ({"new": 1 // n} for n in (1, 0)))
    assert [row for _, row in read_rows(path)] == [{"old": 1}]
    assert list(tmp_path.iterdir()) == [path]
