"""A benchmark run: every task judged once, every verdict written as soon as it is there, and the result scored.

A killed run is resumed where it stopped, and only with the settings that it was begun with. Judging the same comparison
again is not avoided here beyond that: caching belongs to the judges.
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError

from codefavor.atomic import write_json
from codefavor.bench.judging import judge_tasks
from codefavor.bench.label_audit import read_subset, tasks_of_subset
from codefavor.bench.results import (
    RESULT_FILE,
    VERDICTS_FILE,
    BenchResult,
    Order,
    RunSettings,
    TaskVerdict,
)
from codefavor.bench.scoring import score_run
from codefavor.bench.sharded import RayJudging, read_shard
from codefavor.bench.tasks import Task, TaskSet, load_tasks
from codefavor.bench.verdict_log import VerdictLog
from codefavor.errors import DataError, UserError
from codefavor.jsonl import read_records, write_records
from codefavor.judges.load import judge_files, load_judge
from codefavor.judges.protocol import Judge
from codefavor.manifest import Manifest, hash_file, make_manifest
from codefavor.pairs.criterion import Wording
from codefavor.pairs.presentation import CommentPolicy
from codefavor.record import explain
from codefavor.runs.run_folder import claim
from codefavor.runs.shards import Fleet, take
from codefavor.sandbox.engine import EngineChoice

ProgressCallback = Callable[[int, int], None]
"""Called with the number done and the number in all."""


class Judging(Protocol):
    """What judges tasks: `judge_tasks`, or something that spreads them over machines."""

    def __call__(self, judge: Judge, tasks: Sequence[Task], settings: RunSettings, /) -> Iterator[TaskVerdict]:
        """Yield the verdicts on every task, in any order."""


def bench_judge(
    judge: Judge | str,
    data: str | Path,
    out: str | Path,
    *,
    orders: Order = "both",
    comments: CommentPolicy = "stripped",
    criterion: Wording = "given",
    seed: int = 0,
    only: Path | None = None,
    engine: EngineChoice = "auto",
    fleet: Fleet | None = None,
    command: str = "codefavor.bench.bench_judge",
    progress: ProgressCallback | None = None,
) -> BenchResult:
    """Judge every task of `data`, score the answers, write the run into `out`, and return its result.

    A run that was cut off is continued by the same call.

    Args:
        judge: the judge, or its spec; a judge that is not named by a spec is recognised by its name alone.
        data: a benchmark's folder, one of your own, or a file of preference pairs.
        out: the folder of the run.
        orders: judge each comparison as given, or in both orders.
        comments: whether comments are stripped where the benchmark says so.
        criterion: what the judge is told to judge by: each task's own criterion, high quality, or nothing.
        seed: draws the order in which pairs are shown, and resampling.
        only: the `subset.json` of a label audit; its tasks alone are judged.
        engine: what runs candidates, where the judge runs any.
        fleet: how to judge on a Ray cluster; None judges on this machine.
        command: what the manifest names as the command.
        progress: called with the tasks done and the tasks in all.

    Raises:
        UserError: the spec names no judge, or `out` holds another run or something that is no run.
        DataError: the data or the verdicts in `out` are missing, damaged, or not about the same tasks.
        CodeFavorError: the judge failed; what is judged is kept.
    """
    data, out = Path(data), Path(out)
    loaded = load_judge(judge, engine) if isinstance(judge, str) else judge
    judging: Judging = _on_ray(judge, out, fleet) if fleet else judge_tasks
    tasks = load_tasks(data, comments, seed, criterion)
    subset = read_subset(only) if only else None
    if subset:
        tasks = tasks_of_subset(tasks, subset)
    files = judge_files(judge) if isinstance(judge, str) else ()
    settings = RunSettings(
        judge=loaded.name,
        judge_files={file.name: hash_file(file) for file in files},
        data=tasks.files,
        order=orders,
        comments=comments,
        criterion=criterion,
        seed=seed,
        subset=subset.digest() if subset else None,
        engine=engine,
    )
    manifest = make_manifest(command, settings.model_dump(mode="json"), [*files, *tasks.paths(data)], seed)
    return run_bench(loaded, tasks, settings, out, manifest, progress or (lambda done, total: None), judging)


def _on_ray(judge: Judge | str, out: Path, fleet: Fleet) -> RayJudging:
    if not isinstance(judge, str):
        raise UserError(f"{judge.name}: a Ray cluster loads the judge by its spec; give the spec in place of the judge")
    return RayJudging(judge, out, fleet)


def run_bench(
    judge: Judge,
    tasks: TaskSet,
    settings: RunSettings,
    out: Path,
    manifest: Manifest,
    progress: ProgressCallback,
    judging: Judging = judge_tasks,
) -> BenchResult:
    """Judge what is not yet judged in `out`, score everything, write `result.json` and return it.

    Raises:
        UserError: `out` holds a run with other settings or something else, or cannot be written.
        DataError: the verdicts in `out` are damaged or not about these tasks, or another process is writing them.
        CodeFavorError: the judge failed, or `judging` was stopped; what is judged is kept.
    """
    claim(out, settings)
    with VerdictLog(out / VERDICTS_FILE, tasks.tasks) as log:
        for row in take(out, read_shard):
            log.add(row)
        progress(len(log.rows), len(tasks.tasks))
        waiting = [task for task in tasks.tasks if task.id not in log.rows]
        for row in judging(judge, waiting, settings):
            log.add(row)
            progress(len(log.rows), len(tasks.tasks))
        rows = [log.rows[task.id] for task in tasks.tasks]
    result = score_run(rows, tasks, settings, manifest)
    write_json(out / RESULT_FILE, result)
    return result


def record_run(
    rows: Sequence[TaskVerdict], tasks: TaskSet, settings: RunSettings, out: Path, manifest: Manifest
) -> BenchResult:
    """Keep verdicts that were given elsewhere as a run in `out`, score them, write `result.json` and return it.

    Raises:
        UserError: `out` holds a run with other settings or something else, or cannot be written.
    """
    claim(out, settings)
    write_records(out / VERDICTS_FILE, rows)
    result = score_run(rows, tasks, settings, manifest)
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


def read_verdicts(run: Path) -> list[TaskVerdict]:
    """Return the verdicts of a run, sorted by their tasks; `run` is its folder, or its `result.json`.

    Raises:
        DataError: they are missing or damaged.
    """
    folder = run if run.is_dir() else run.parent
    return sorted(read_records(folder / VERDICTS_FILE, TaskVerdict), key=lambda row: row.task)
