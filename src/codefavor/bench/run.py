"""A benchmark run: every task judged once, every verdict written as soon as it is there, and the result scored.

A killed run goes on where it stopped, and only under the settings it was begun with. Judging the same comparison again
is not avoided here beyond that: caching belongs to the judges.
"""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import ValidationError

from codefavor.bench.results import RESULT_FILE, SETTINGS_FILE, VERDICTS_FILE, BenchResult, RunSettings, TaskVerdict
from codefavor.bench.scoring import score_run
from codefavor.bench.tasks import Task, TaskSet
from codefavor.errors import DataError, UserError
from codefavor.jsonl import append_record, drop_torn_tail, read_records, write_records
from codefavor.judge.protocol import Judge
from codefavor.manifest import Manifest
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Cost, Verdict
from codefavor.record import Record, explain

CHUNK = 32
"""Tasks judged between two writes: enough for a batch, few enough to lose."""

Progress = Callable[[int, int], None]
"""Called with the tasks done and the tasks in all."""


def run_bench(
    judge: Judge, tasks: TaskSet, settings: RunSettings, out: Path, manifest: Manifest, progress: Progress
) -> BenchResult:
    """Judge what is not yet judged in `out`, score everything, write `result.json` and return it.

    Raises:
        UserError: `out` holds a run under other settings, or something that is no run.
        DataError: the verdicts in `out` are damaged or not about these tasks.
    """
    _claim(out, settings)
    path = out / VERDICTS_FILE
    drop_torn_tail(path)
    rows = _judged_before(path, tasks.tasks)
    waiting = [task for task in tasks.tasks if task.id not in rows]
    progress(len(rows), len(tasks.tasks))
    with path.open("a", encoding="utf-8") as log:
        for start in range(0, len(waiting), CHUNK):
            for row in _judge_chunk(judge, waiting[start : start + CHUNK], settings.order == "both"):
                append_record(log, row)
                rows[row.task] = row
            progress(len(rows), len(tasks.tasks))
    result = score_run([rows[task.id] for task in tasks.tasks], settings, tasks.unparsed, manifest)
    write_json(out / RESULT_FILE, result)
    return result


def record_run(
    rows: Sequence[TaskVerdict], unparsed: dict[str, int], settings: RunSettings, out: Path, manifest: Manifest
) -> BenchResult:
    """Keep verdicts that were given elsewhere as a run in `out`, score them, write `result.json` and return it.

    Raises:
        UserError: `out` holds a run under other settings, or something that is no run.
    """
    _claim(out, settings)
    write_records(out / VERDICTS_FILE, rows)
    result = score_run(rows, settings, unparsed, manifest)
    write_json(out / RESULT_FILE, result)
    return result


def read_result(path: Path) -> BenchResult:
    """Return the result at `path`, the file itself or the folder of the run.

    Raises:
        DataError: there is none, or it is malformed.
    """
    file = path / RESULT_FILE if path.is_dir() else path
    try:
        return BenchResult.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        raise DataError(f"{file}: no such file; a finished `codefavor bench run` writes one") from None
    except OSError as error:
        raise DataError(f"{file}: {error.strerror or error}") from None
    except ValidationError as error:
        raise DataError(f"{file}: not a benchmark result: {explain(error)}") from None


def write_json(path: Path, record: Record) -> None:
    """Write a record as indented JSON, all or nothing."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
    partial.replace(path)


def _claim(out: Path, settings: RunSettings) -> None:
    path = out / SETTINGS_FILE
    if not path.is_file():
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise UserError(f"{out}: exists and holds no benchmark run; name a new or empty folder")
        try:
            out.mkdir(parents=True, exist_ok=True)
            write_json(path, settings)
        except OSError as error:
            raise UserError(f"{out}: cannot be written: {error.strerror}") from None
        return
    try:
        before = RunSettings.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise DataError(f"{path}: not the settings of a benchmark run: {explain(error)}") from None
    changed = [name for name in RunSettings.model_fields if getattr(before, name) != getattr(settings, name)]
    if changed:
        raise UserError(
            f"{out}: begun with another {' and '.join(changed).replace('_', ' ')}; "
            "continue with what settings.json says, or name a new folder"
        )


def _judged_before(path: Path, tasks: Sequence[Task]) -> dict[str, TaskVerdict]:
    if not path.exists():
        return {}
    known = {task.id: task for task in tasks}
    rows: dict[str, TaskVerdict] = {}
    for row in read_records(path, TaskVerdict):
        task = known.get(row.task)
        if task is None or task.comparison.digest() != row.given.comparison:
            raise DataError(f"{path}: the verdict on {row.task} is about another comparison; name a new folder")
        rows[row.task] = row
    return rows


def _judge_chunk(judge: Judge, tasks: Sequence[Task], both_orders: bool) -> list[TaskVerdict]:
    comparisons = [task.comparison for task in tasks]
    if both_orders:
        comparisons += [task.comparison.swapped() for task in tasks]
    verdicts = _timed(judge, comparisons)
    given = verdicts[: len(tasks)]
    swapped: list[Verdict | None] = [None] * len(tasks)
    if both_orders:
        pairs = zip(tasks, verdicts[len(tasks) :], strict=True)
        swapped = [verdict.for_swapped(task.comparison) for task, verdict in pairs]
    return [
        TaskVerdict(
            task=task.id, aspect=task.aspect_name, group=task.group, label=task.label, given=first, swapped=second
        )
        for task, first, second in zip(tasks, given, swapped, strict=True)
    ]


def _timed(judge: Judge, comparisons: Sequence[Comparison]) -> list[Verdict]:
    begun = time.perf_counter()
    verdicts = judge.judge(comparisons)
    share = Cost(seconds=(time.perf_counter() - begun) / len(comparisons))
    return [verdict if verdict.cost else verdict.model_copy(update={"cost": share}) for verdict in verdicts]
