"""Journals survive being cut at any byte, and one process at a time writes them."""

import fcntl
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codefavor.errors import DataError, RecordError
from codefavor.record import content_digest
from codefavor.runs.journal import Journal, NumberedJournal, NumberedRecord, drop_torn_tail, read_journal


class Line(NumberedRecord):
    text: str

    @property
    def input_digest(self) -> str:
        return content_digest(self.index)


def line(index: int, text: str = "é\n✓") -> Line:
    return Line(index=index, text=f"{text}{index}")


def test_records_come_back_in_the_order_of_the_inputs(tmp_path: Path) -> None:
    path = tmp_path / "new" / "journal.jsonl"
    with NumberedJournal(path, Line) as journal:
        for index in (7, 3, 12, 4):
            journal.add(line(index))
        assert [record.index for record in journal] == [3, 4, 7, 12]
        assert [index in journal for index in (2, 3, 5, 12, 13)] == [False, True, False, True, False]
    with NumberedJournal(path, Line) as journal:
        assert list(journal) == [line(3), line(4), line(7), line(12)]
        assert len(journal) == 4
    assert [record.index for record in read_journal(path, Line)] == [7, 3, 12, 4]


def test_another_input_under_the_same_number_is_refused(tmp_path: Path) -> None:
    with NumberedJournal(tmp_path / "j", Line) as journal:
        journal.add(line(0))
        assert journal.holds(0, content_digest(0)) and not journal.holds(1, content_digest(1))
        with pytest.raises(DataError, match="input 0 was another one when the run began; choose another --out"):
            journal.holds(0, content_digest("other"))


def test_numbers_that_begin_anywhere_take_no_memory(tmp_path: Path) -> None:
    with NumberedJournal(tmp_path / "j", Line) as journal:
        journal.add(line(10**15))
        journal.add(line(10**15 - 3))
        assert len(journal) == 2 and [record.index for record in journal] == [10**15 - 3, 10**15]


def test_cut_at_every_byte_of_its_last_line_nothing_settled_is_lost_and_nothing_is_there_twice(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    inputs = [(index, line(index)) for index in range(3)]
    with NumberedJournal(path, Line) as journal:
        for index, _ in inputs[:2]:
            journal.add(line(index))
        settled = path.read_bytes()
        journal.add(line(2))
    whole = path.read_bytes()
    for end in range(len(settled), len(whole) + 1):
        path.write_bytes(whole[:end])
        with NumberedJournal(path, Line) as journal:
            waiting = [index for index in range(3) if not journal.holds(index, content_digest(index))]
            assert waiting == ([] if end == len(whole) else [2])
            for index in waiting:
                journal.add(line(index))
            assert list(journal) == [line(0), line(1), line(2)]
        assert path.read_bytes() == whole


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=6), st.data())
def test_cut_anywhere_it_goes_on(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("journal") / "j"
    records = [line(index, text) for index, text in enumerate(texts)]
    with NumberedJournal(path, Line) as journal:
        for record in records:
            journal.add(record)
    whole = path.read_bytes()
    end = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:end])
    with NumberedJournal(path, Line) as journal:
        assert len(journal) == whole[:end].count(b"\n")
        for record in records:
            if not journal.holds(record.index, record.input_digest):
                journal.add(record)
    assert path.read_bytes() == whole


def test_a_process_killed_at_any_moment_loses_nothing_that_it_said_was_settled(tmp_path: Path) -> None:
    program = """
import sys
from pathlib import Path
from codefavor.runs.journal import NumberedJournal
sys.path.insert(0, sys.argv[2])
from test_journal import Line, line
with NumberedJournal(Path(sys.argv[1]), Line) as journal:
    for index in range(len(journal), 1_000_000):
        journal.add(line(index, "x" * 5000))
        print(index, flush=True)
"""
    path, last = tmp_path / "journal.jsonl", -1
    for _ in range(3):
        process = subprocess.Popen(
            [sys.executable, "-c", program, path, Path(__file__).parent], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        begun = last
        while last < begun + 40:
            last = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        last = int(([str(last), *process.communicate()[0].split()])[-1])
        with NumberedJournal(path, Line) as journal:
            assert len(journal) >= last + 1
            assert [record.index for record in journal] == list(range(len(journal)))
            last = len(journal) - 1


def test_a_second_writer_is_refused_until_the_first_is_gone_however_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    program = """
import sys, time
from pathlib import Path
from codefavor.runs.journal import Journal
from codefavor.runs.shards import ShardOutcome
with Journal(Path(sys.argv[1]), ShardOutcome):
    print("open", flush=True)
    time.sleep(600)
"""
    first = subprocess.Popen([sys.executable, "-c", program, path], stdout=subprocess.PIPE, text=True)
    assert first.stdout is not None and first.stdout.readline() == "open\n"
    with pytest.raises(DataError, match="another process is working on this run"):
        NumberedJournal(path, Line)
    first.kill()
    first.communicate()
    with NumberedJournal(path, Line) as journal:
        journal.add(line(0))


def test_a_file_system_without_locks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(file: object, operation: int) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(DataError, match=r"files cannot be locked here \(No locks available\); choose another --out"):
        Journal(tmp_path / "j", Line)


def test_a_full_disk_leaves_the_journal_as_it_was(tmp_path: Path) -> None:
    """A limit on the size of files stands for the full disk: a part of the line is written, the rest is refused."""
    program = """
import resource, signal, sys
from pathlib import Path
from codefavor.runs.journal import NumberedJournal
sys.path.insert(0, sys.argv[2])
from test_journal import Line, line
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with NumberedJournal(Path(sys.argv[1]), Line) as journal:
    journal.add(line(0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, resource.RLIM_INFINITY))
    try:
        journal.add(line(1, "x" * 5000))
    except OSError as error:
        print(error.strerror)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    journal.add(line(2))
"""
    path = tmp_path / "journal.jsonl"
    done = subprocess.run(
        [sys.executable, "-c", program, path, Path(__file__).parent], capture_output=True, text=True, check=True
    )
    assert done.stdout == "File too large\n"
    assert list(read_journal(path, Line)) == [line(0), line(2)]


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text(line(0).model_dump_json() + '\n{"index": 1}\n', encoding="utf-8")
    with pytest.raises(RecordError, match=r"line 2: text: Field required; the journal is damaged"):
        NumberedJournal(path, Line)
    with pytest.raises(RecordError, match="line 2"):
        list(read_journal(path, Line))
    path.write_text(line(0).model_dump_json() + "\n", encoding="utf-8")
    with NumberedJournal(path, Line):
        pass  # The lock of the refused one is released.


def test_a_journal_that_is_not_there_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is this the folder of a run"):
        list(read_journal(tmp_path / "journal.jsonl", Line))


def test_the_end_of_a_journal_can_be_forgotten(tmp_path: Path) -> None:
    with Journal(tmp_path / "j", Line) as journal:
        for index in range(5):
            journal.append(line(index))
        journal.drop_from(lambda record: record.index >= 3)
        journal.drop_from(lambda record: record.index >= 3)
        journal.append(line(8))
        assert [record.index for _, record in journal.places()] == [0, 1, 2, 8]


@pytest.mark.parametrize(("torn", "mended"), [("a\nb\nc", "a\nb\n"), ("a\n", "a\n"), ("abc", ""), ("", "")])
def test_a_torn_tail_is_cut(tmp_path: Path, torn: str, mended: str) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text(torn, encoding="utf-8")
    drop_torn_tail(path)
    assert path.read_text(encoding="utf-8") == mended
