"""Labelling over a Ray cluster: each worker labels a shard of problems as one machine labels them all.

What a worker has finished of a shard is a journal of its own, which the driver takes into that of the run.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from codefavor.jsonl import read_records
from codefavor.judges.protocol import Judge
from codefavor.judges.sharded import JudgeDriver, JudgeShard, settled_with_judge
from codefavor.labelling.label import label_problems
from codefavor.labelling.labelled import LabelledProblem, LabelSettings
from codefavor.ranking.candidate_set import CandidateSet
from codefavor.record import Record
from codefavor.runs.journal import JOURNAL_FILE, NumberedJournal


class _Problem(Record):
    """A line of a shard's file."""

    index: int
    """The problem's place in the whole file."""
    task: CandidateSet
    """The problem."""


ProblemShard = JudgeShard[LabelSettings]
"""Problems to label."""


class RayLabelling(JudgeDriver[LabelSettings]):
    """Labels problems on a Ray cluster; it stands for `label_problems`."""

    def __call__(
        self, judge: Judge, tasks: Iterable[tuple[int, CandidateSet]], settings: LabelSettings
    ) -> Iterator[LabelledProblem]:
        """Yield every problem, labelled, shard by shard as they are finished.

        Raises:
            UserError: there is no such cluster.
            CodeFavorError: a worker was stopped; the message names the shard.
        """
        problems = (_Problem(index=index, task=task) for index, task in tasks)
        yield from self.settle(problems, settings, ProblemShard, label_shard, read_shard)


def label_shard(line: str) -> str:
    """Label a shard in the process of a worker."""
    shard = ProblemShard.model_validate_json(line)

    def label_waiting(judge: Judge) -> None:
        with NumberedJournal(shard.folder / JOURNAL_FILE, LabelledProblem) as journal:
            problems = ((problem.index, problem.task) for problem in read_records(shard.records, _Problem))
            for problem in label_problems(judge, journal.unfinished(problems), shard.settings):
                journal.add(problem)

    return settled_with_judge(shard, label_waiting)


def read_shard(folder: Path) -> Iterator[LabelledProblem]:
    """Yield what is finished of a shard.

    Raises:
        DataError: its worker is still at work.
    """
    if (folder / JOURNAL_FILE).exists():
        with NumberedJournal(folder / JOURNAL_FILE, LabelledProblem) as journal:
            yield from journal
