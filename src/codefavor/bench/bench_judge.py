"""A benchmark run: every task judged once, every verdict written as soon as it is there, and the result scored.

A killed run goes on where it stopped, and only under the settings it was begun with. Judging the same comparison again
is not avoided here beyond that: caching belongs to the judges.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError

from codefavor.bench.judging import judge_tasks
from codefavor.bench.results import (
    RESULT_FILE,
    SETTINGS_FILE,
    VERDICTS_FILE,
    BenchResult,
    Order,
    RunSettings,
    TaskVerdict,
)
from codefavor.bench.scoring import score_run
from codefavor.bench.sharded import taken
from codefavor.bench.tasks import Task, TaskSet, load_tasks
from codefavor.bench.verdict_log import VerdictLog
from codefavor.errors import DataError, UserError
from codefavor.jsonl import write_records
from codefavor.judges.card import CommentPolicy
from codefavor.judges.load import judge_files, load_judge
from codefavor.judges.protocol import Judge
from codefavor.judges.sharded import leftovers
from codefavor.manifest import Manifest, hash_file, make_manifest
from codefavor.pairs.criterion import Wording
from codefavor.record import Record, explain

Progress = Callable[[int, int], None]
"""Called with the tasks done and the tasks in all."""


class Judging(Protocol):
    """What judges tasks: `judge_tasks`, or something that spreads them over machines."""

    def __call__(self, judge: Judge, tasks: Sequence[Task], settings: RunSettings, /) -> Iterator[TaskVerdict]:
        """Yield the verdicts on every task, in any order."""


def run_bench(
    judge: Judge,
    tasks: TaskSet,
    settings: RunSettings,
    out: Path,
    manifest: Manifest,
    progress: Progress,
    judging: Judging = judge_tasks,
) -> BenchResult:
    """Judge what is not yet judged in `out`, score everything, write `result.json` and return it.

    Raises:
        UserError: `out` holds a run under other settings, or something that is no run.
        DataError: the verdicts in `out` are damaged or not about these tasks, or another process is writing them.
        CodeFavorError: the judge failed, or `judging` was stopped; what is judged is kept.
    """
    _claim(out, settings)
    with VerdictLog(out / VERDICTS_FILE, tasks.tasks) as log:
        for row in leftovers(out, taken):
            log.add(row)
        progress(len(log.rows), len(tasks.tasks))
        waiting = [task for task in tasks.tasks if task.id not in log.rows]
        for row in judging(judge, waiting, settings):
            log.add(row)
            progress(len(log.rows), len(tasks.tasks))
        rows = [log.rows[task.id] for task in tasks.tasks]
    result = score_run(rows, settings, tasks.unparsed, manifest)
    write_json(out / RESULT_FILE, result)
    return result


def bench_judge(
    judge: str | Judge,
    data: Path,
    out: Path,
    *,
    order: Order = "both",
    comments: CommentPolicy = "stripped",
    criterion: Wording = "given",
    seed: int = 0,
    unsafe_local: bool = False,
    progress: Progress = lambda done, total: None,
    command: str = "codefavor.bench_judge",
) -> BenchResult:
    """Judge every task of a benchmark, or what is left of a run in `out`, and return the scores.

    Args:
        judge: the spec of a judge, or a judge; of the latter no files are hashed.
        data: the benchmark's folder, or a file of preference pairs or tasks.
        out: the folder of the run.
        order: judge each comparison as given, or in both orders.
        comments: whether comments are stripped from the candidates of the three verifiable aspects.
        criterion: what the judge is told to judge by: each task's own criterion, high quality in general, or nothing.
        seed: draws the order in which pairs are shown, and resampling.
        unsafe_local: let a judge that is named run code where the sandbox does not hold.
        progress: called with the tasks done and the tasks in all.
        command: what the manifest says made the result.

    Raises:
        UserError: there is no such judge, or `out` holds a run under other settings, or something that is no run.
        DataError: the tasks are missing or malformed, or the verdicts in `out` are damaged.
        ModelError: the judge cannot be loaded, or failed.
        SandboxError: the judge runs code, and it cannot be run safely here.
    """
    chosen = load_judge(judge, unsafe_local) if isinstance(judge, str) else judge
    files = judge_files(judge) if isinstance(judge, str) else ()
    tasks = load_tasks(data, comments, seed, criterion)
    settings = RunSettings(
        judge=chosen.name,
        judge_files={file.name: hash_file(file) for file in files},
        data=tasks.files,
        order=order,
        comments=comments,
        criterion=criterion,
        seed=seed,
        unsafe_local=unsafe_local,
    )
    inputs = [*files, *((data / name for name in tasks.files) if data.is_dir() else [data])]
    manifest = make_manifest(command, settings.model_dump(mode="json"), inputs, seed)
    return run_bench(chosen, tasks, settings, out, manifest, progress)


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
