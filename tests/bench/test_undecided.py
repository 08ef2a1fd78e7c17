"""What a judge leaves undecided, as pairs for people."""

import subprocess
import sys
from pathlib import Path

import pytest
from bench_pairs import write_pairs_file

from codefavor.bench.bench_judge import bench_judge
from codefavor.bench.undecided import export_undecided
from codefavor.errors import DataError
from codefavor.jsonl import write_records
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.pair import PreferencePair, Provenance
from codefavor.pairs.source import read_pairs


def make_pair(chosen: str, rejected: str) -> PreferencePair:
    return PreferencePair(
        instruction="Return one.",
        criterion=criterion_for(Aspect.CORRECTNESS),
        chosen=chosen,
        rejected=rejected,
        provenance=Provenance(method="test", source="own", source_id=chosen),
    )


COMMENT_ONLY = make_pair("def f():\n    return 1", "def f():\n    return 1  # wrong")
SAME_LENGTH = make_pair("def f():\n    return 1", "def f():\n    return 2")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    write_records(path, [COMMENT_ONLY, SAME_LENGTH, make_pair("x = 1", "x = 1 + 0")])
    return path


def test_codes_that_are_the_same_without_comments_are_left_out(data: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "codefavor", "bench", "run", "--judge", "shorter", "--data", str(data)]
    more = ["--out", str(tmp_path / "run"), "--export-undecided", str(tmp_path / "queue.jsonl")]
    ran = subprocess.run([*command, *more], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "queue.jsonl: 1 undecided pairs; 1 left out, whose codes are the same" in ran.stdout
    (pair,) = read_pairs(tmp_path / "queue.jsonl")
    assert (pair.chosen, pair.rejected) == (SAME_LENGTH.chosen, SAME_LENGTH.rejected)
    assert pair.criterion == SAME_LENGTH.criterion and pair.provenance.method == "undecided/shorter"


def test_comments_that_were_kept_make_a_difference(data: Path, tmp_path: Path) -> None:
    bench_judge("first", data, tmp_path / "run", comments="kept")
    exported = export_undecided(tmp_path / "run", data, tmp_path / "queue.jsonl")
    assert exported == (3, 0)


def test_people_are_shown_the_tasks_own_criterion(data: Path, tmp_path: Path) -> None:
    bench_judge("first", data, tmp_path / "run", criterion="empty")
    export_undecided(tmp_path / "run", data, tmp_path / "queue.jsonl")
    assert {pair.criterion.aspect for pair in read_pairs(tmp_path / "queue.jsonl")} == {Aspect.CORRECTNESS}


def test_other_data_is_refused(data: Path, tmp_path: Path) -> None:
    bench_judge("first", data, tmp_path / "run")
    with pytest.raises(DataError, match="not benched on"):
        export_undecided(tmp_path / "run", write_pairs_file(tmp_path / "other.jsonl"), tmp_path / "queue.jsonl")
    assert not (tmp_path / "queue.jsonl").exists()
