"""What a judge left undecided in a run, as pairs that `codefavor annotate` puts before people.

Tasks whose two codes are the same, perhaps after their comments are stripped, are left out: nothing can be preferred.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from codefavor.bench.bench_judge import read_result, read_verdicts
from codefavor.bench.scoring import joined
from codefavor.bench.tasks import Task, load_tasks
from codefavor.errors import DataError
from codefavor.pairs.pair import PreferencePair, Provenance
from codefavor.pairs.source import write_pairs


class UndecidedExport(NamedTuple):
    """What was written."""

    pairs: int
    """Pairs in the file."""
    identical: int
    """Undecided tasks left out, since both codes are the same as they were judged."""


def export_undecided(run: Path, data: Path, path: Path) -> UndecidedExport:
    """Write a pair for every task of a finished run whose verdict names neither a side nor a tie.

    Args:
        run: the folder of the run.
        data: what it was benched on.
        path: the file of pairs to write.

    Raises:
        DataError: the run is missing, unfinished or damaged, or was not benched on `data`.
        UserError: `path` cannot be written.
    """
    settings = read_result(run).settings
    tasks = load_tasks(data, settings.comments, settings.seed)
    if tasks.files != settings.data:
        raise DataError(f"{run}: not benched on {data}, so its tasks cannot be exported; give the data of the run")
    known = {task.id: task for task in tasks.tasks}
    undecided = [known[row.task] for row in read_verdicts(run) if joined(row).choice is None]
    different = [task for task in undecided if task.comparison.code_a != task.comparison.code_b]
    count = write_pairs(path, _pairs(different, settings.judge))
    return UndecidedExport(pairs=count, identical=len(undecided) - len(different))


def _pairs(tasks: list[Task], judge: str) -> Iterator[PreferencePair]:
    for task in tasks:
        better_first = task.comparison if task.label == "A" else task.comparison.swapped()
        source, _, source_id = task.group.partition(":")
        yield PreferencePair(
            instruction=better_first.instruction,
            criterion=better_first.criterion,
            chosen=better_first.code_a,
            rejected=better_first.code_b,
            language=better_first.language,
            provenance=Provenance(method=f"undecided/{judge}", source=source, source_id=source_id or source),
        )
