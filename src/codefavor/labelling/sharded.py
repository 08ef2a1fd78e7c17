"""Labelling over a Ray cluster: each worker labels a shard of problems as one machine labels them all.

What a worker has finished of a shard is a run of its own, with a journal that the driver takes into that of the whole.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from codefavor.jsonl import read_records
from codefavor.judges.protocol import Judge
from codefavor.judges.sharded import Driver, Shard, remove, settled
from codefavor.labelling.label import label_shard
from codefavor.labelling.labelled import LabelledProblem, LabelSettings
from codefavor.ranking.candidate_set import CandidateSet
from codefavor.ranking.journal import JOURNAL_FILE, Journal
from codefavor.record import Record


class _Problem(Record):
    """A line of a shard's file."""

    index: int
    """The problem's place in the whole file."""
    task: CandidateSet
    """The problem."""


class _Shard(Shard):
    """Problems to label."""

    settings: LabelSettings
    """The run."""


class OnRay(Driver):
    """Labels problems on a Ray cluster; it stands for `label_shard`."""

    def __call__(
        self, judge: Judge, tasks: Iterable[tuple[int, CandidateSet]], settings: LabelSettings
    ) -> Iterator[LabelledProblem]:
        """Yield every problem, labelled, shard by shard as they are finished.

        Raises:
            UserError: there is no such cluster.
            CodeFavorError: a worker was stopped; the message names the shard.
        """
        problems = (_Problem(index=index, task=task) for index, task in tasks)
        with closing(self.settle(problems, settings, _Shard, label_one)) as finished:
            for folder in finished:
                yield from taken(folder, settings)


def label_one(line: str) -> str:
    """Label a shard in the process of a worker."""
    return settled(line, _Shard, _label)


def _label(judge: Judge, shard: _Shard) -> None:
    with Journal(shard.folder, shard.settings, LabelledProblem) as journal:
        problems = ((each.index, each.task) for each in read_records(shard.records, _Problem))
        waiting = ((index, task) for index, task in problems if not journal.finished(index, task.digest()))
        for problem in label_shard(judge, waiting, shard.settings):
            journal.add(problem)


def taken(folder: Path, settings: LabelSettings) -> Iterator[LabelledProblem]:
    """Yield what is finished of a shard, each to be written before the next is asked for, and remove the shard.

    Raises:
        DataError: its worker is still at work.
    """
    if (folder / JOURNAL_FILE).exists():
        with Journal(folder, settings, LabelledProblem) as journal:
            yield from journal
    remove(folder)
