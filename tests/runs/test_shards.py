"""Shards are cut the same way again, and what was finished of them is taken once.

Ray itself runs in the tests of bench, labelling and evolve.
"""

from pathlib import Path

import pytest

from codefavor.errors import DataError, ModelError
from codefavor.jsonl import read_records, write_records
from codefavor.pairs.criterion import Criterion
from codefavor.runs.shards import SHARDS, Shard, ShardOutcome, cut, settled, take

RECORDS = [Criterion(text=str(number)) for number in range(5)]


def test_records_are_cut_into_shards_that_hold_them_in_order(tmp_path: Path) -> None:
    shards = list(cut(iter(RECORDS), tmp_path, 2))
    assert [(shard.folder, shard.first, shard.count) for shard in shards] == [
        (tmp_path / SHARDS / "00000", 0, 2),
        (tmp_path / SHARDS / "00001", 2, 2),
        (tmp_path / SHARDS / "00002", 4, 1),
    ]
    assert [record for shard in shards for record in read_records(shard.records, Criterion)] == RECORDS


def test_what_was_cut_stays_and_a_last_shard_may_grow(tmp_path: Path) -> None:
    list(cut(RECORDS[:3], tmp_path, 2))
    kept = (tmp_path / SHARDS / "00000.jsonl").stat().st_mtime_ns
    assert [shard.count for shard in cut(RECORDS, tmp_path, 2)] == [2, 2, 1]
    assert (tmp_path / SHARDS / "00000.jsonl").stat().st_mtime_ns == kept
    assert [shard.count for shard in cut(RECORDS[:3], tmp_path, 2)] == [2, 2], "under a lower limit nothing is lost"
    with pytest.raises(DataError, match="other ones when the run began; choose another --out"):
        list(cut(RECORDS[1:], tmp_path, 2))


def test_a_shard_taken_whole_is_gone_and_the_others_are_left(tmp_path: Path) -> None:
    for shard in cut(RECORDS, tmp_path, 2):
        write_records(shard.folder / "done.jsonl", [Criterion(text=shard.folder.name)])

    def finished(folder: Path) -> list[Criterion]:
        return list(read_records(folder / "done.jsonl", Criterion))

    taken = take(tmp_path, finished)
    assert [next(taken).text for _ in range(2)] == ["00000", "00001"]
    assert not (tmp_path / SHARDS / "00000").exists() and not (tmp_path / SHARDS / "00000.jsonl").exists()
    taken.close()  # type: ignore[attr-defined]  # killed here
    assert [record.text for record in take(tmp_path, finished)] == ["00001", "00002"]
    assert not (tmp_path / SHARDS).exists()
    assert list(take(tmp_path, finished)) == []


def test_a_named_error_of_a_worker_is_part_of_its_report(tmp_path: Path) -> None:
    def fail() -> ShardOutcome:
        raise ModelError("no answer")

    (shard,) = cut(RECORDS[:1], tmp_path, 2)
    assert ShardOutcome.model_validate_json(settled(shard, fail)).error == "no answer"
    done = settled(shard, lambda: ShardOutcome(folder=shard.folder))
    assert ShardOutcome.model_validate_json(done) == ShardOutcome(folder=shard.folder)
    unseen = Shard(folder=tmp_path / "elsewhere", first=0, count=1)
    error = ShardOutcome.model_validate_json(settled(unseen, fail)).error
    assert error is not None and "--out has to be on storage that all nodes share" in error
