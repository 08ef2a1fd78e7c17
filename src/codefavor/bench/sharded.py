"""Benching over a Ray cluster: each worker judges a shard of tasks as one machine judges them all.

What a worker has judged of a shard is a file of verdicts of its own, which the driver takes into that of the run.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from codefavor.bench.judging import judge_tasks
from codefavor.bench.results import VERDICTS_FILE, RunSettings, TaskVerdict
from codefavor.bench.tasks import Task
from codefavor.bench.verdict_log import VerdictLog
from codefavor.jsonl import read_records
from codefavor.judges.protocol import Judge
from codefavor.judges.sharded import JudgeDriver, JudgeShard, settled_with_judge
from codefavor.runs.shards import records_of

TaskShard = JudgeShard[RunSettings]
"""Tasks to judge."""


class RayJudging(JudgeDriver[RunSettings]):
    """Judges tasks on a Ray cluster; it stands for `judge_tasks`."""

    def __call__(self, judge: Judge, tasks: Sequence[Task], settings: RunSettings) -> Iterator[TaskVerdict]:
        """Yield the verdicts on every task, shard by shard as they are finished.

        Raises:
            UserError: there is no such cluster.
            CodeFavorError: a worker was stopped; the message names the shard.
        """
        yield from self.settle(tasks, settings, TaskShard, judge_shard, read_shard)


def judge_shard(line: str) -> str:
    """Judge a shard in the process of a worker."""
    shard = TaskShard.model_validate_json(line)

    def judge_waiting(judge: Judge) -> None:
        with _log(shard.folder) as log:
            waiting = [task for task in read_records(shard.records, Task) if task.id not in log.rows]
            for row in judge_tasks(judge, waiting, shard.settings):
                log.add(row)

    return settled_with_judge(shard, judge_waiting)


def read_shard(folder: Path) -> Iterator[TaskVerdict]:
    """Yield what is judged of a shard.

    Raises:
        DataError: its worker is still at work.
    """
    if (folder / VERDICTS_FILE).exists():
        with _log(folder) as log:
            yield from log.rows.values()


def _log(folder: Path) -> VerdictLog:
    return VerdictLog(folder / VERDICTS_FILE, read_records(records_of(folder), Task))
