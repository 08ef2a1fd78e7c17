"""From finished benchmark runs, one a judge, to a calibrated cascade and its cost; `bench.cascade` chooses."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from codefavor.bench.bench_judge import read_result, read_verdicts
from codefavor.bench.cascade import (
    CertifiedThresholds,
    Floats,
    StageAnswers,
    apply_thresholds,
    certify,
    why_nothing_is_certified,
)
from codefavor.bench.results import BenchResult, TaskCost
from codefavor.bench.scoring import joined
from codefavor.errors import DataError, UserError
from codefavor.judges.cascade import confidence
from codefavor.judges.cascade_card import CascadeCard, CascadeGuarantee, CascadeStage
from codefavor.manifest import Manifest
from codefavor.record import Record


@dataclass(frozen=True)
class StageRun:
    """A judge's answers to all calibration tasks."""

    spec: str
    """The judge's spec, as the cascade will load it."""
    answers: StageAnswers
    """What it says."""
    costs: Floats
    """What it costs, of shape (tasks, 4): seconds, input tokens, output tokens, dollars."""
    tasks: tuple[str, ...]
    """The ids of the tasks."""
    groups: tuple[str, ...]
    """Their problems."""
    result: BenchResult
    """The result of the run."""


class CascadeRow(Record):
    """What a cascade does with all calibration tasks."""

    target: float
    """The target of its error."""
    answered: float
    """The share of tasks that it answers."""
    error: float | None
    """The share of those answered wrongly; None where none is."""
    accuracy: float
    """(right + half of the rest) / tasks."""
    by_stage: tuple[float, ...]
    """The share of tasks that each stage answers."""
    cost: TaskCost
    """What a task costs on average."""


def read_stage(spec: str, folder: Path) -> StageRun:
    """Return the answers of a finished run of `codefavor bench run`.

    Raises:
        DataError: the run is missing or unfinished.
        UserError: it was judged in one order.
    """
    result = read_result(folder)
    if result.settings.order != "both":
        raise UserError(f"{folder}: judged in one order; a cascade asks both, so run it with --orders both")
    rows = read_verdicts(folder)
    verdicts = [joined(row) for row in rows]
    costs = [
        (cost.seconds, cost.input_tokens, cost.output_tokens, cost.dollars) if (cost := verdict.cost) else (0.0,) * 4
        for verdict in verdicts
    ]
    right = [verdict.choice == row.label for verdict, row in zip(verdicts, rows, strict=True)]
    return StageRun(
        spec=spec,
        answers=StageAnswers(np.array([confidence(verdict) for verdict in verdicts]), np.array(right)),
        costs=np.array(costs),
        tasks=tuple(row.task for row in rows),
        groups=tuple(row.group for row in rows),
        result=result,
    )


def calibrate(
    runs: Sequence[StageRun], target: float, delta: float, seed: int, manifest: Manifest
) -> tuple[CascadeCard, CascadeRow]:
    """Return the cascade that answers most with its error certified, and what it does with all tasks.

    Raises:
        UserError: the runs are not about the same tasks.
        DataError: no setting of the thresholds can be certified.
    """
    first = runs[0]
    for run in runs[1:]:
        if (run.tasks, run.result.settings.data) != (first.tasks, first.result.settings.data):
            raise UserError(f"the runs of {first.spec} and {run.spec} are about different tasks")
        if run.result.settings.comments != first.result.settings.comments:
            raise UserError(f"the runs of {first.spec} and {run.spec} differ in their comments")
    stages = [run.answers for run in runs]
    found = certify(stages, first.groups, target, delta, np.random.default_rng(seed))
    if found is None:
        remedy = "Calibrate on more problems, with better judges, or with a higher --target"
        raise DataError(why_nothing_is_certified("no thresholds keep", first.groups, target, delta, remedy))
    return _card(runs, found, target, delta, manifest), _row(runs, found, target)


def _card(
    runs: Sequence[StageRun], found: CertifiedThresholds, target: float, delta: float, manifest: Manifest
) -> CascadeCard:
    guarantee = CascadeGuarantee(
        target=target,
        delta=delta,
        problems=found.problems,
        answered=found.answered,
        errors=found.errors,
        p_value=found.p_value,
        data=runs[0].result.settings.data,
    )
    pairs = zip(runs, found.thresholds, strict=True)
    stages = tuple(CascadeStage(spec=run.spec, threshold=threshold) for run, threshold in pairs)
    return CascadeCard(stages=stages, guarantee=guarantee, manifest=manifest)


def _row(runs: Sequence[StageRun], found: CertifiedThresholds, target: float) -> CascadeRow:
    count = len(runs[0].tasks)
    outcome = apply_thresholds([run.answers for run in runs], found.thresholds, np.arange(count))
    total = np.zeros(4)
    for number, (run, threshold) in enumerate(zip(runs, found.thresholds, strict=True)):
        reached = (outcome.by < 0) | (outcome.by >= number)
        if threshold is not None:
            total += run.costs[reached].sum(axis=0)
    seconds, input_tokens, output_tokens, dollars = (float(value) / count for value in total)
    return CascadeRow(
        target=target,
        answered=outcome.answered / count,
        error=outcome.errors / outcome.answered if outcome.answered else None,
        accuracy=(int(outcome.right.sum()) + (count - outcome.answered) / 2) / count,
        by_stage=tuple(float((outcome.by == number).mean()) for number in range(len(runs))),
        cost=TaskCost(seconds=seconds, input_tokens=input_tokens, output_tokens=output_tokens, dollars=dollars),
    )
