"""What a judge left undecided in a run, as pairs that `codefavor annotate` puts before people."""

from collections.abc import Iterator
from pathlib import Path

from codefavor.bench.results import VERDICTS_FILE, TaskVerdict
from codefavor.bench.scoring import joined
from codefavor.bench.tasks import Task, TaskSet
from codefavor.jsonl import read_records
from codefavor.pairs.pair import PreferencePair, Provenance


def undecided_pairs(run: Path, tasks: TaskSet) -> Iterator[PreferencePair]:
    """Yield a pair for every task of a finished run whose verdict names neither a side nor a tie.

    Raises:
        DataError: the verdicts of the run are missing or damaged.
    """
    known = {task.id: task for task in tasks.tasks}
    for row in read_records(run / VERDICTS_FILE, TaskVerdict):
        verdict = joined(row)
        if verdict.choice is None:
            yield _pair(known[row.task], verdict.judge)


def _pair(task: Task, judge: str) -> PreferencePair:
    shown = task.comparison if task.label == "A" else task.comparison.swapped()
    source, _, source_id = task.group.partition(":")
    return PreferencePair(
        instruction=shown.instruction,
        criterion=shown.criterion,
        chosen=shown.code_a,
        rejected=shown.code_b,
        language=shown.language,
        provenance=Provenance(method=f"passed-on/{judge}", source=source, source_id=source_id or source),
    )
