"""Labelling over a Ray cluster: each worker labels a shard of problems as one machine labels them all.

What a worker has finished of a shard is a run of its own, with a journal that the driver takes into that of the whole.
"""

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from codefavor.fleet import reach
from codefavor.jsonl import read_records
from codefavor.judge.protocol import Judge
from codefavor.judge.sharded import Fleet, Shard, cut, leftover, remove, remove_all, settle_all, settled
from codefavor.label.label import label_shard
from codefavor.label.labelled import LabelledProblem, LabelSettings
from codefavor.rank.candidate_set import CandidateSet
from codefavor.rank.journal import JOURNAL_FILE, Journal
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


class OnRay:
    """Labels problems on a Ray cluster; it stands for `label_shard`."""

    def __init__(self, spec: str, out: Path, fleet: Fleet) -> None:
        """Label with the judge of `spec`, which every worker loads by itself, for the run in `out`.

        Raises:
            MissingExtraError: Ray is not installed.
            UserError: there is no cluster at the address.
        """
        reach(fleet.address)
        self._spec = spec
        self._out = out
        self._fleet = fleet

    def __call__(
        self, judge: Judge, tasks: Iterable[tuple[int, CandidateSet]], settings: LabelSettings
    ) -> Iterator[LabelledProblem]:
        """Yield every problem, labelled, shard by shard as they are finished.

        Raises:
            UserError: there is no such cluster.
            CodeFavorError: a worker was stopped; the message names the shard.
        """
        problems = (_Problem(index=index, task=task) for index, task in tasks)
        shards = [
            _Shard(
                folder=folder,
                judge=self._spec,
                judge_files=settings.judge_files,
                unsafe_local=settings.unsafe_local,
                settings=settings,
            )
            for folder in cut(problems, self._out, self._fleet.shards_of)
        ]
        with closing(settle_all(shards, label_one, self._fleet)) as finished:
            for folder in finished:
                yield from _taken(folder, settings)
        remove_all(self._out)


def leftovers(out: Path, settings: LabelSettings) -> Iterator[LabelledProblem]:
    """Yield what workers of an earlier run finished and its driver did not take, and remove their shards.

    Raises:
        DataError: a worker of that run is still at work.
    """
    for folder in leftover(out):
        yield from _taken(folder, settings)
    remove_all(out)


def label_one(line: str) -> str:
    """Label a shard in the process of a worker."""
    return settled(line, _Shard, _label)


def _label(judge: Judge, shard: _Shard) -> None:
    with Journal(shard.folder, shard.settings, LabelledProblem) as journal:
        problems = ((each.index, each.task) for each in read_records(shard.records, _Problem))
        waiting = ((index, task) for index, task in problems if not journal.finished(index, task.digest()))
        for problem in label_shard(judge, waiting, shard.settings):
            journal.add(problem)


def _taken(folder: Path, settings: LabelSettings) -> Iterator[LabelledProblem]:
    """Yield what is finished of a shard, each to be written before the next is asked for, and remove the shard."""
    if (folder / JOURNAL_FILE).exists():
        with Journal(folder, settings, LabelledProblem) as journal:
            yield from journal
    remove(folder)
