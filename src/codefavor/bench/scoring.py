"""From verdicts to a result: accuracy, undecided share, position bias and cost, per stratum and on average.

The score credits an undecided answer and a tie with one half (paper, section 3.1). Which strata the average is over is
the benchmark's matter. The figures of both orders, their intervals and the flips are ours.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from codefavor.bench.benchmark import average_strata
from codefavor.bench.results import AspectResult, BenchResult, OrderFigures, RunSettings, TaskCost, TaskVerdict
from codefavor.bench.statistics import ClusteredSample, Estimate
from codefavor.bench.tasks import TaskSet
from codefavor.judges.both_orders import join_orders
from codefavor.manifest import Manifest
from codefavor.pairs.comparison import Side
from codefavor.pairs.verdict import Cost, Verdict


def joined(row: TaskVerdict) -> Verdict:
    """Return the verdict that counts: of both orders where both were judged."""
    return join_orders(row.given, row.swapped) if row.swapped else row.given


def score(verdict: Verdict, label: Side) -> float:
    """Return 1 for the better side, 0 for the other, one half for a tie or no answer."""
    if verdict.choice in ("A", "B"):
        return float(verdict.choice == label)
    return 0.5


def score_run(rows: Sequence[TaskVerdict], tasks: TaskSet, settings: RunSettings, manifest: Manifest) -> BenchResult:
    """Return the result of a whole run.

    Args:
        rows: one for every task that counts.
        tasks: the tasks, with their strata.
        settings: what shaped the verdicts.
        manifest: what made the result.
    """
    by_stratum: dict[str, list[TaskVerdict]] = defaultdict(list)
    for row in rows:
        by_stratum[row.aspect].append(row)
    rng = np.random.default_rng(settings.seed)
    counted = average_strata(tasks.strata, by_stratum)
    average = _average([row for row in rows if row.aspect in counted], rng) if counted else None
    unparsed = tasks.unparsed
    return BenchResult(
        judge=settings.judge,
        benchmark=tasks.benchmark,
        strata=tasks.strata,
        aspects={key: _score_stratum(members, unparsed.get(key, 0), rng) for key, members in by_stratum.items()},
        average=average.value if average else None,
        average_estimate=average,
        settings=settings,
        cost=_mean_cost(rows),
        manifest=manifest,
    )


def sample_of(rows: Sequence[TaskVerdict], values: Sequence[float]) -> ClusteredSample:
    """Return `values`, one a row, with the rows' strata and their problems as clusters."""
    return ClusteredSample(values, [row.aspect for row in rows], [row.group for row in rows])


def _average(rows: Sequence[TaskVerdict], rng: np.random.Generator) -> Estimate:
    return sample_of(rows, [score(joined(row), row.label) for row in rows]).estimate(rng)


def _score_stratum(rows: Sequence[TaskVerdict], unparsed: int, rng: np.random.Generator) -> AspectResult:
    verdicts = [joined(row) for row in rows]
    scores = [score(verdict, row.label) for verdict, row in zip(verdicts, rows, strict=True)]
    estimate = sample_of(rows, scores).estimate(rng)
    return AspectResult(
        tasks=len(rows),
        clusters=estimate.clusters,
        accuracy=estimate.value,
        undecided=sum(verdict.choice is None for verdict in verdicts) / len(rows),
        ties=sum(verdict.choice == "tie" for verdict in verdicts) / len(rows),
        stderr=estimate.stderr,
        interval=estimate.interval,
        bootstrap_interval=estimate.bootstrap,
        orders=_order_figures(rows, estimate.value),
        unparsed=unparsed,
        cost=_mean_cost(rows),
    )


def _order_figures(rows: Sequence[TaskVerdict], both_orders: float) -> OrderFigures | None:
    answers = [(row.given, row.swapped, row.label) for row in rows if row.swapped]
    if len(answers) < len(rows):
        return None
    firsts = [given.choice == "A" for given, _, _ in answers if given.choice in ("A", "B")]
    firsts += [swapped.choice == "B" for _, swapped, _ in answers if swapped.choice in ("A", "B")]
    return OrderFigures(
        single_order=float(np.mean([score(given, label) for given, _, label in answers])),
        swapped_order=float(np.mean([score(swapped, label) for _, swapped, label in answers])),
        both_orders=both_orders,
        flip_rate=float(np.mean([_flips(given, swapped) for given, swapped, _ in answers])),
        first_share=float(np.mean(firsts)) if firsts else None,
    )


def _flips(given: Verdict, swapped: Verdict) -> bool:
    prefers = given.choice in ("A", "B") or swapped.choice in ("A", "B")
    return prefers and given.choice != swapped.choice


def _mean_cost(rows: Sequence[TaskVerdict]) -> TaskCost:
    total = Cost(seconds=0.0)
    for row in rows:
        for verdict in (row.given, row.swapped):
            if verdict and verdict.cost:
                total = total.plus(verdict.cost)
    return TaskCost(
        seconds=total.seconds / len(rows),
        input_tokens=total.input_tokens / len(rows),
        output_tokens=total.output_tokens / len(rows),
        dollars=total.dollars / len(rows),
    )
