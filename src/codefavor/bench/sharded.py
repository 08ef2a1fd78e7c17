"""Benching over a Ray cluster: each worker judges a shard of tasks as one machine judges them all.

What a worker has judged of a shard is a file of verdicts of its own, which the driver takes into that of the run.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from codefavor.bench.judging import judge_tasks
from codefavor.bench.results import VERDICTS_FILE, RunSettings, TaskVerdict
from codefavor.bench.tasks import Task
from codefavor.bench.verdict_log import VerdictLog
from codefavor.fleet import reach
from codefavor.jsonl import read_records
from codefavor.judge.protocol import Judge
from codefavor.judge.sharded import Fleet, Shard, cut, leftover, remove, remove_all, settle_all, settled


class _Shard(Shard):
    """Tasks to judge."""

    settings: RunSettings
    """The run."""


class OnRay:
    """Judges tasks on a Ray cluster; it stands for `judge_tasks`."""

    def __init__(self, spec: str, out: Path, fleet: Fleet) -> None:
        """Ask the judge of `spec`, which every worker loads by itself, for the run in `out`.

        Raises:
            MissingExtraError: Ray is not installed.
            UserError: there is no cluster at the address.
        """
        reach(fleet.address)
        self._spec = spec
        self._out = out
        self._fleet = fleet

    def __call__(self, judge: Judge, tasks: Sequence[Task], settings: RunSettings) -> Iterator[TaskVerdict]:
        """Yield the verdicts on every task, shard by shard as they are finished.

        Raises:
            UserError: there is no such cluster.
            CodeFavorError: a worker was stopped; the message names the shard.
        """
        shards = [
            _Shard(
                folder=folder,
                judge=self._spec,
                judge_files=settings.judge_files,
                unsafe_local=settings.unsafe_local,
                settings=settings,
            )
            for folder in cut(tasks, self._out, self._fleet.shards_of)
        ]
        with closing(settle_all(shards, judge_one, self._fleet)) as finished:
            for folder in finished:
                yield from _taken(folder)
        remove_all(self._out)


def leftovers(out: Path) -> Iterator[TaskVerdict]:
    """Yield what workers of an earlier run judged and its driver did not take, and remove their shards.

    Raises:
        DataError: a worker of that run is still at work.
    """
    for folder in leftover(out):
        yield from _taken(folder)
    remove_all(out)


def judge_one(line: str) -> str:
    """Judge a shard in the process of a worker."""
    return settled(line, _Shard, _judge)


def _judge(judge: Judge, shard: _Shard) -> None:
    with _log(shard.folder) as log:
        waiting = [task for task in read_records(shard.records, Task) if task.id not in log.rows]
        for row in judge_tasks(judge, waiting, shard.settings):
            log.add(row)


def _taken(folder: Path) -> Iterator[TaskVerdict]:
    """Yield what is judged of a shard, each to be written before the next is asked for, and remove the shard."""
    if (folder / VERDICTS_FILE).exists():
        with _log(folder) as log:
            yield from log.rows.values()
    remove(folder)


def _log(folder: Path) -> VerdictLog:
    return VerdictLog(folder / VERDICTS_FILE, read_records(folder.with_suffix(".jsonl"), Task))
