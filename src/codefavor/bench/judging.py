"""From tasks to their verdicts: a pure function, chunk by chunk. Nothing is read, written or scored here."""

import time
from collections.abc import Iterator, Sequence

from codefavor.bench.results import RunSettings, TaskVerdict
from codefavor.bench.tasks import Task
from codefavor.judges.both_orders import in_both_orders, pair_orders
from codefavor.judges.protocol import Judge
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Cost, Verdict

CHUNK = 32
"""Tasks judged at a time: enough for a batch, few enough to lose."""


def judge_tasks(judge: Judge, tasks: Sequence[Task], settings: RunSettings) -> Iterator[TaskVerdict]:
    """Yield the verdicts on every task, in their order, as soon as those of its chunk are there.

    Raises:
        ModelError: the judge failed.
        SandboxError: the judge runs code, and it cannot be run safely here.
    """
    for start in range(0, len(tasks), CHUNK):
        yield from _judge_chunk(judge, tasks[start : start + CHUNK], settings.order == "both")


def _judge_chunk(judge: Judge, tasks: Sequence[Task], both_orders: bool) -> list[TaskVerdict]:
    comparisons = [task.comparison for task in tasks]
    pairs: Sequence[tuple[Verdict, Verdict | None]]
    if both_orders:
        verdicts = _timed(judge, in_both_orders(judge, comparisons))
        pairs = pair_orders(judge, comparisons, verdicts)
    else:
        pairs = [(verdict, None) for verdict in _timed(judge, comparisons)]
    return [
        TaskVerdict(task=task.id, aspect=task.stratum, group=task.group, label=task.label, given=first, swapped=second)
        for task, (first, second) in zip(tasks, pairs, strict=True)
    ]


def _timed(judge: Judge, comparisons: Sequence[Comparison]) -> list[Verdict]:
    begun = time.perf_counter()
    verdicts = judge.judge(comparisons)
    share = Cost(seconds=(time.perf_counter() - begun) / len(comparisons))
    return [verdict if verdict.cost else verdict.model_copy(update={"cost": share}) for verdict in verdicts]
