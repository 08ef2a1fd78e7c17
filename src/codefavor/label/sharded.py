"""Labelling over a Ray cluster: each worker labels a shard of problems as one machine labels them all.

`OUT/shards/00042.jsonl` holds candidates, `OUT/shards/00042/` what a worker has finished of them: a run of its own, so
that a shard that broke off goes on too. The driver takes what is finished into the journal of the whole and removes the
shard; when it is killed, the next run does so first. The folder has to be on storage that driver and workers share.
"""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Annotated

from pydantic import Field

from codefavor.errors import CodeFavorError, DataError
from codefavor.fleet import reach, spread
from codefavor.jsonl import read_records, write_records
from codefavor.judge.load import judge_files, load_judge
from codefavor.judge.protocol import Judge
from codefavor.label.label import label_shard
from codefavor.label.labelled import LabelledProblem, LabelSettings
from codefavor.manifest import hash_file
from codefavor.rank.candidate_set import CandidateSet
from codefavor.rank.journal import JOURNAL_FILE, Journal
from codefavor.record import Record

SHARDS = "shards"


class Fleet(Record):
    """How the work is spread; none of it shapes the result."""

    workers: Annotated[int, Field(gt=0)] = 4
    """How many shards are worked on at a time."""
    shards_of: Annotated[int, Field(gt=0)] = 64
    """How many problems a shard has."""
    address: str | None = None
    """The cluster's address; None starts Ray on this machine for the run."""


class _Problem(Record):
    """A line of a shard's file."""

    index: int
    """The problem's place in the whole file."""
    task: CandidateSet
    """The problem."""


class _Shard(Record):
    """What a worker is told; no secret is in it."""

    folder: Path
    """Where it keeps what it has finished."""
    judge: str
    """The spec of the judge."""
    settings: LabelSettings
    """The run."""

    @property
    def candidates(self) -> Path:
        """The file of its problems."""
        return self.folder.with_suffix(".jsonl")


class _Outcome(Record):
    """What a worker says when it leaves a shard."""

    folder: Path
    """The shard."""
    error: str | None = None
    """What stopped it."""


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
        self._shards = out.resolve() / SHARDS
        self._fleet = fleet

    def __call__(
        self, judge: Judge, tasks: Iterable[tuple[int, CandidateSet]], settings: LabelSettings
    ) -> Iterator[LabelledProblem]:
        """Yield every problem, labelled, shard by shard as they are finished.

        Raises:
            UserError: there is no such cluster.
            CodeFavorError: a worker was stopped; the message names the shard.
        """
        shards = [
            _Shard(folder=folder, judge=self._spec, settings=settings).model_dump_json()
            for folder in _cut(tasks, self._shards, self._fleet.shards_of)
        ]
        with closing(spread(shards, label_one, self._fleet.workers, self._fleet.address)) as outcomes:
            for line in outcomes:
                outcome = _Outcome.model_validate_json(line)
                if outcome.error:
                    raise CodeFavorError(f"shard {outcome.folder.name}: {outcome.error}")
                yield from _taken(outcome.folder, settings)
        shutil.rmtree(self._shards, ignore_errors=True)


def leftovers(out: Path, settings: LabelSettings) -> Iterator[LabelledProblem]:
    """Yield what workers of an earlier run finished and its driver did not take, and remove their shards.

    Raises:
        DataError: a worker of that run is still at work.
    """
    for candidates in sorted((out / SHARDS).glob("*.jsonl")):
        yield from _taken(candidates.with_suffix(""), settings)
    shutil.rmtree(out / SHARDS, ignore_errors=True)


def label_one(line: str) -> str:
    """Label a shard in the process of a worker; a named error is part of what is returned."""
    shard = _Shard.model_validate_json(line)
    try:
        _label(shard)
    except CodeFavorError as error:
        return _Outcome(folder=shard.folder, error=str(error)).model_dump_json()
    return _Outcome(folder=shard.folder).model_dump_json()


def _label(shard: _Shard) -> None:
    if not shard.candidates.exists():
        raise DataError(f"{shard.candidates}: not seen by this worker; --out has to be on storage that all nodes share")
    judge = _judge(shard.judge, shard.settings.unsafe_local, tuple(shard.settings.judge_files.items()))
    with Journal(shard.folder, shard.settings, LabelledProblem) as journal:
        problems = ((each.index, each.task) for each in read_records(shard.candidates, _Problem))
        waiting = ((index, task) for index, task in problems if not journal.finished(index, task.digest()))
        for problem in label_shard(judge, waiting, shard.settings):
            journal.add(problem)


@lru_cache(maxsize=1)
def _judge(spec: str, unsafe_local: bool, files: tuple[tuple[str, str], ...]) -> Judge:
    """Return the judge, loaded once for all shards of a process."""
    if {each.name: hash_file(each) for each in judge_files(spec)} != dict(files):
        raise DataError(f"the judge {spec} is another one here than where the run was begun")
    return load_judge(spec, unsafe_local)


def _cut(tasks: Iterable[tuple[int, CandidateSet]], folder: Path, size: int) -> Iterator[Path]:
    """Write the problems into shards of `size` and yield their folders."""
    source = (_Problem(index=index, task=task) for index, task in tasks)
    number = 0
    while batch := list(islice(source, size)):
        write_records(folder / f"{number:05}.jsonl", batch)
        yield folder / f"{number:05}"
        number += 1


def _taken(folder: Path, settings: LabelSettings) -> Iterator[LabelledProblem]:
    """Yield what is finished of a shard, each to be written before the next is asked for, and remove the shard."""
    if (folder / JOURNAL_FILE).exists():
        with Journal(folder, settings, LabelledProblem) as journal:
            yield from journal
    shutil.rmtree(folder, ignore_errors=True)
    folder.with_suffix(".jsonl").unlink(missing_ok=True)
