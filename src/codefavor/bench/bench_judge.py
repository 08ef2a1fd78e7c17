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
from codefavor.bench.results import RESULT_FILE, VERDICTS_FILE, BenchResult, RunSettings, TaskVerdict
from codefavor.bench.scoring import score_run
from codefavor.bench.sharded import take_verdicts
from codefavor.bench.tasks import Task, TaskSet
from codefavor.bench.verdict_log import VerdictLog
from codefavor.errors import DataError
from codefavor.jsonl import write_records
from codefavor.judges.protocol import Judge
from codefavor.manifest import Manifest
from codefavor.record import explain
from codefavor.runs.run_folder import claim
from codefavor.runs.shards import take

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
        UserError: `out` holds a run with other settings or something else, or cannot be written.
        DataError: the verdicts in `out` are damaged or not about these tasks, or another process is writing them.
        CodeFavorError: the judge failed, or `judging` was stopped; what is judged is kept.
    """
    claim(out, settings)
    with VerdictLog(out / VERDICTS_FILE, tasks.tasks) as log:
        for row in take(out, take_verdicts):
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


def record_run(
    rows: Sequence[TaskVerdict], unparsed: dict[str, int], settings: RunSettings, out: Path, manifest: Manifest
) -> BenchResult:
    """Keep verdicts that were given elsewhere as a run in `out`, score them, write `result.json` and return it.

    Raises:
        UserError: `out` holds a run with other settings or something else, or cannot be written.
    """
    claim(out, settings)
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
