"""Runs on a real Ray cluster of this machine: the same results as without it, and after a kill."""

import os
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from codefavor.errors import DataError, UserError
from codefavor.evolve.commit_seed import CommitSeed
from codefavor.evolve.evolve_seeds import up_to_limit
from codefavor.evolve.protocol import Discard
from codefavor.evolve.settings import Effort
from codefavor.evolve.settled import Settled
from codefavor.evolve.shard_results import SeedShard, SettledShards, fix_size
from codefavor.evolve.sharded import share_out
from codefavor.jsonl import read_records
from codefavor.pairs.pair import PreferencePair
from codefavor.runs.journal import NumberedJournal
from codefavor.runs.shards import cut
from loopback.critic import answer
from loopback.runs import commit_run, end, evolve, results, start, summary, write_commits
from loopback.server import Loopback
from waiting import DEADLINE, wait_until_still

RAY = ("--backend", "ray", "--workers", 2, "--shards-of", 8)


def seeds(count: int) -> list[CommitSeed | Discard]:
    made: list[CommitSeed | Discard] = [
        CommitSeed(source="a", source_id=str(n), license="mit", message="m", path="p.py", before="a", after="b")
        for n in range(count)
    ]
    return [Discard(source_id="x", stage="source", reason="merge"), *made]


def cut_seeds(
    drawn: list[CommitSeed | Discard], out: Path, limit: int | None, dropped: Counter[str]
) -> list[SeedShard]:
    return [SeedShard(**dict(shard)) for shard in cut(up_to_limit(drawn, limit, dropped), out, 4)]


def test_shards_are_cut_in_order_and_only_a_grown_one_is_opened_again(tmp_path: Path) -> None:
    dropped: Counter[str] = Counter()
    first = cut_seeds(seeds(9), tmp_path, 6, dropped)
    assert [(shard.first, shard.count) for shard in first] == [(0, 4), (4, 2)]
    assert dropped == {"merge": 1}
    for shard in first:
        assert not shard.is_settled
        with NumberedJournal(shard.journal, Settled) as journal:
            for index, seed in enumerate(read_records(shard.records, CommitSeed)):
                journal.add(Settled(index=index, source_id=seed.source_id, seed=seed.digest()))
        shard.finish()
        assert shard.is_settled
    again = cut_seeds(seeds(9), tmp_path, None, Counter())
    assert [(shard.first, shard.count) for shard in again] == [(0, 4), (4, 4), (8, 1)]
    assert [shard.is_settled for shard in again] == [True, False, False]
    assert [settled.index for settled in SettledShards(again)] == [0, 1, 2, 3, 4, 5], "what was settled of it stays"
    fewer = cut_seeds(seeds(9), tmp_path, 6, Counter())
    assert [shard.count for shard in fewer] == [4, 4]
    with pytest.raises(DataError, match="other ones when the run began"):
        cut_seeds(seeds(9)[2:], tmp_path, None, Counter())


def test_what_the_first_version_settled_is_not_settled_again(tmp_path: Path) -> None:
    """It kept the seeds of a shard in the folder of the shard, beside the journal."""
    (shard,) = cut_seeds(seeds(4), tmp_path, None, Counter())
    with NumberedJournal(shard.journal, Settled) as journal:
        for index, seed in enumerate(read_records(shard.records, CommitSeed)):
            journal.add(Settled(index=index, source_id=seed.source_id, seed=seed.digest()))
    shard.finish()
    shard.records.rename(shard.folder / "seeds.jsonl")
    (again,) = cut_seeds(seeds(4), tmp_path, None, Counter())
    assert again == shard and again.is_settled


def test_a_run_keeps_its_size_of_shards(tmp_path: Path) -> None:
    fix_size(tmp_path, 8)
    fix_size(tmp_path, 8)
    with pytest.raises(UserError, match="--shards-of 8"):
        fix_size(tmp_path, 9)


def test_budget_goes_by_seeds_and_limits_by_workers() -> None:
    effort = Effort(
        budget_usd=12, workers=2, concurrency=32, requests_per_minute=60, tokens_per_minute=600, limit=3, backend="ray"
    )
    shards = [SeedShard(folder=Path(str(n)), first=0, count=count) for n, count in enumerate((4, 4, 4))]
    shares = share_out(effort, [*shards[:2], shards[2].model_copy(update={"count": 16})])
    assert [share.budget_usd for share in shares] == [2, 2, 8]
    assert {(s.concurrency, s.requests_per_minute, s.tokens_per_minute, s.limit) for s in shares} == {
        (16, 30, 300, None)
    }
    assert share_out(effort, shards[:1])[0].requests_per_minute == 60


def test_engines_do_not_mix(tmp_path: Path) -> None:
    rows, out = write_commits(tmp_path / "seeds.jsonl", 4), tmp_path / "run"
    with Loopback(answer) as server:
        assert evolve(*commit_run(rows, server.url, out)).returncode == 0
        mixed = evolve(*commit_run(rows, server.url, out), *RAY)
    assert mixed.returncode == 2
    assert "begun with other settings (backend)" in mixed.stderr and "with --backend local" in mixed.stderr
    assert not (out / "shards").exists()


def test_an_address_where_nobody_listens_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    rows, out = write_commits(tmp_path / "seeds.jsonl", 4), tmp_path / "run"
    with Loopback(answer) as server:
        refused = evolve(*commit_run(rows, server.url, out), *RAY, "--ray-address", "127.0.0.1:1")
        assert server.tally.requests == 0
    assert refused.returncode == 2
    assert "no Ray cluster at 127.0.0.1:1" in refused.stderr
    assert not out.exists()


@pytest.mark.slow
def test_killed_and_continued_on_ray_it_is_the_run_without_ray(tmp_path: Path) -> None:
    rows, out = write_commits(tmp_path / "seeds.jsonl", 60), tmp_path / "ray"
    with Loopback(answer, 0.2) as server:
        again = (*commit_run(rows, server.url, out), *RAY)
        process = start("evolve", *again)
        until = time.monotonic() + DEADLINE
        while not list(out.glob("shards/*.parquet")) and time.monotonic() < until:
            assert process.poll() is None, end(process)
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
        end(process)
        wait_until_still(lambda: server.tally.requests)  # Ray's own processes follow the driver
        finished = {path.name for path in out.glob("shards/*.parquet")}
        assert 0 < len(finished) < 7
        stamps = {name: (out / "shards" / name).stat().st_mtime_ns for name in finished}
        last = start("evolve", *again)
        said = end(last)
        assert last.returncode == 0, said
        assert len(list(out.glob("shards/*.parquet"))) == 7
        assert {name: (out / "shards" / name).stat().st_mtime_ns for name in finished} == stamps
        assert server.tally.repeated <= 16, "more calls were repeated than were in flight"
        asked = server.tally.requests
        same = start("evolve", *again)
        said = end(same)
        assert same.returncode == 0, said
        assert server.tally.requests == asked
        local = evolve(*commit_run(rows, server.url, out))
        assert local.returncode == 2 and "with --backend ray" in local.stderr
        assert "sk-of-a-test" not in "".join(p.read_text(errors="replace") for p in out.rglob("*") if p.is_file())
    with Loopback(answer) as server:
        whole = evolve(*commit_run(rows, server.url, tmp_path / "whole"))
        assert whole.returncode == 0, whole.stderr
    assert results(out) == results(tmp_path / "whole")


@pytest.mark.slow
def test_ctrl_c_on_ray_writes_out_what_is_settled(tmp_path: Path) -> None:
    rows, out = write_commits(tmp_path / "seeds.jsonl", 60), tmp_path / "ray"
    with Loopback(answer, 0.2) as server:
        process = start("evolve", *commit_run(rows, server.url, out), *RAY)
        until = time.monotonic() + DEADLINE
        while not list(out.glob("shards/*.parquet")) and time.monotonic() < until:
            assert process.poll() is None, end(process)
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        said = end(process)
        assert process.returncode == 130, said
    counts = summary(out)
    assert not counts["complete"]
    assert 8 <= counts["seeds"] < 54
    settled = [*read_records(out / "pairs.jsonl", PreferencePair), *read_records(out / "discarded.jsonl", Discard)]
    assert len(settled) == counts["seeds"]
