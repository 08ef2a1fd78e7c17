import hashlib
import os
from pathlib import Path

import pytest

from codefavor.sandbox.wasm import file_check
from codefavor.sandbox.wasm.file_check import has_sha256, read_record, write_record

CONTENT = b"the content"
RIGHT = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "record.json"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were read."""
    seen: list[Path] = []
    original = file_check.file_sha256

    def file_sha256(path: Path) -> str:
        seen.append(path)
        return original(path)

    monkeypatch.setattr(file_check, "file_sha256", file_sha256)
    return seen


def test_a_file_is_read_once_while_it_stays_as_it_was(file: Path, record: Path, hashed: list[Path]) -> None:
    assert has_sha256(file, RIGHT, record)
    assert has_sha256(file, RIGHT, record)
    assert hashed == [file]


def test_without_a_record_it_is_read_each_time(file: Path, hashed: list[Path]) -> None:
    assert has_sha256(file, RIGHT, None)
    assert has_sha256(file, RIGHT, None)
    assert hashed == [file, file]


def test_a_record_for_another_hash_counts_for_nothing(file: Path, record: Path) -> None:
    assert has_sha256(file, RIGHT, record)
    assert not has_sha256(file, "0" * 64, record)


def test_other_content_of_the_same_length_and_time_is_found(file: Path, record: Path) -> None:
    assert has_sha256(file, RIGHT, record)
    before = file.stat()
    other = file.with_name("other")
    other.write_bytes(b"THE CONTENT")
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    other.replace(file)
    assert not has_sha256(file, RIGHT, record)


def test_several_copies_of_one_file_are_known(file: Path, record: Path, hashed: list[Path]) -> None:
    copy = file.with_name("copy")
    copy.write_bytes(CONTENT)
    for path in (file, copy, file, copy):
        assert has_sha256(path, RIGHT, record)
    assert hashed == [file, copy]


def test_the_number_of_known_copies_is_bounded(file: Path, record: Path) -> None:
    for number in range(20):
        copy = file.with_name(f"copy-{number}")
        copy.write_bytes(CONTENT)
        assert has_sha256(copy, RIGHT, record)
    kept = read_record(record)
    assert kept is not None
    assert len(kept.stamps) == 16


@pytest.mark.parametrize("text", ["", "{", "[]", '{"sha256": 1}'])
def test_a_damaged_record_is_written_anew(file: Path, record: Path, text: str) -> None:
    record.touch(mode=0o600)
    record.write_text(text, encoding="utf-8")
    assert has_sha256(file, RIGHT, record)
    kept = read_record(record)
    assert kept is not None
    assert kept.sha256 == RIGHT


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_a_record_that_others_may_write_is_not_believed(file: Path, record: Path) -> None:
    write_record(record, file, "0" * 64)
    assert has_sha256(file, "0" * 64, record)
    record.chmod(0o666)
    assert not has_sha256(file, "0" * 64, record)


def test_a_record_that_cannot_be_written_changes_no_answer(file: Path) -> None:
    assert has_sha256(file, RIGHT, file / "record.json")
    assert not has_sha256(file, "0" * 64, file / "record.json")
