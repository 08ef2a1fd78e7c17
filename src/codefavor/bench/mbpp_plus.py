"""Runs candidates on the inputs of MBPP+ against its canonical solutions; the user names the file of both."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from codefavor.bench.tasks import Task
from codefavor.errors import RecordError
from codefavor.evidence.behaviour import differ
from codefavor.evidence.prelude import runnable
from codefavor.jsonl import read_rows
from codefavor.sandbox.engine import EngineChoice
from codefavor.sandbox.job import Job, JobResult, SandboxCall
from codefavor.sandbox.open_engine import open_engine

MAX_INPUTS = 60
BUDGET = 2_000_000
_FIELDS = ("task_id", "entry_point", "canonical_solution", "base_input", "plus_input")

Oracle = Mapping[str, Mapping[str, Any]]
"""The rows of MBPP+ by task id."""


def read_mbpp_plus(path: Path) -> dict[str, dict[str, Any]]:
    """Return the rows of MBPP+ by task id.

    Raises:
        DataError: the file is missing or unreadable.
        RecordError: a row lacks a field.
    """
    rows: dict[str, dict[str, Any]] = {}
    for number, row in read_rows(path):
        if lacking := [name for name in _FIELDS if name not in row]:
            raise RecordError(path, number, f"no {lacking[0]}, so this is not a row of MBPP+")
        rows[str(row["task_id"])] = row
    return rows


class MbppPlusRunner:
    """Compares candidates with canonical solutions."""

    def __init__(self, oracle: Oracle, engine: EngineChoice = "auto") -> None:
        self._oracle = oracle
        self._engine = engine

    def agreements(self, tasks: Sequence[Task]) -> list[tuple[bool, bool] | None]:
        """Return, for every task, whether candidates A and B agree with the canonical solution on all inputs.

        None stands for a task that MBPP+ does not know, or whose canonical solution cannot be run.
        """
        jobs: list[Job] = []
        places: list[int | None] = []
        for task in tasks:
            row = self._oracle.get(task.group)
            places.append(None if row is None else len(jobs))
            if row is not None:
                comparison = task.comparison
                codes = (row["canonical_solution"], comparison.code_a, comparison.code_b)
                calls = _calls(row)
                jobs += [Job(runnable(comparison.instruction, code), calls) for code in codes]
        with open_engine(self._engine) as engine:
            results = engine.run(jobs)
        return [None if place is None else _agree(*results[place : place + 3]) for place in places]


def _calls(row: Mapping[str, Any]) -> tuple[SandboxCall, ...]:
    inputs = [*row["base_input"], *row["plus_input"]][:MAX_INPUTS]
    return tuple(SandboxCall(f"{row['entry_point']}(*{arguments!r})", budget=BUDGET) for arguments in inputs)


def _agree(canonical: JobResult, a: JobResult, b: JobResult) -> tuple[bool, bool] | None:
    known = [index for index, outcome in enumerate(canonical.outcomes) if outcome.status == "returned"]
    if not known:
        return None
    agreed = [
        not any(differ(canonical.outcomes[index], result.outcomes[index]) for index in known) for result in (a, b)
    ]
    return agreed[0], agreed[1]
