"""A finished run as the report reads it: the result, and the verdicts where they still lie beside it."""

from pathlib import Path

from codefavor.bench.bench_judge import read_result
from codefavor.bench.results import RESULT_FILE, VERDICTS_FILE, BenchResult, TaskVerdict
from codefavor.jsonl import read_records
from codefavor.record import Record


class ReportedRun(Record):
    """One run of one judge."""

    result: BenchResult
    """What it reached."""
    rows: tuple[TaskVerdict, ...] = ()
    """Its verdicts; empty where only the result was handed over."""


def read_run(path: Path) -> ReportedRun:
    """Return the run at `path`, its folder or its `result.json`.

    Raises:
        DataError: there is no result, or the verdicts beside it are malformed.
    """
    folder = path if path.is_dir() else path.parent
    verdicts = folder / VERDICTS_FILE
    belongs = path.is_dir() or path.name == RESULT_FILE
    rows = tuple(read_records(verdicts, TaskVerdict)) if belongs and verdicts.is_file() else ()
    return ReportedRun(result=read_result(path), rows=rows)
