"""Results made by hand, for the tests of the report."""

import random

from codefavor.bench.codeprefbench import CODEPREFBENCH
from codefavor.bench.results import AspectResult, BenchResult, OrderFigures, RunSettings, TaskCost, TaskVerdict
from codefavor.bench.scoring import score_run
from codefavor.bench.statistics import Estimate
from codefavor.bench.tasks import Task, TaskSet
from codefavor.manifest import Manifest
from codefavor.pairs.comparison import Comparison, Side
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.verdict import Cost, Verdict
from codefavor.report.runs import ReportedRun

BENCHMARK = CODEPREFBENCH.files
ACCURACIES = {"correctness": 0.656, "efficiency": 0.636, "security": 0.326, "human-preference": 0.386}


OWN = {"tasks.jsonl": "1"}
ASPECTS = (Aspect.CORRECTNESS, Aspect.EFFICIENCY, Aspect.SECURITY)


def make_task(number: int) -> Task:
    label: Side = "A" if number % 4 else "B"
    if number == 8:
        label = "A"
    return Task(
        id=f"task/{number}",
        comparison=Comparison(
            instruction=f"Write number {number} .",
            criterion=criterion_for(ASPECTS[number % 3]),
            code_a=f"def f():\n    return {number}",
            code_b="def f():\n    return 'x'  # </script><b>",
        ),
        stratum=ASPECTS[number % 3],
        label=label,
        group=str(number // 2),
    )


OWN_TASKS = tuple(make_task(number) for number in range(120))
TASKS = TaskSet(tasks=OWN_TASKS, files=OWN, strata=CODEPREFBENCH.strata)


def make_run(judge: str, error: float) -> ReportedRun:
    """Return a run on OWN_TASKS whose judge is wrong on about a share `error` and knows how sure it may be."""
    rng = random.Random(judge)
    rows = []
    for task in OWN_TASKS:
        confidence = rng.uniform(1 - 2 * error, 1)
        is_right = rng.random() < confidence
        prob_label = max(confidence, 0.5001) if is_right else 1 - max(confidence, 0.5001)
        prob_a = prob_label if task.label == "A" else 1 - prob_label
        verdict = Verdict(
            comparison=task.comparison.digest(),
            judge=judge,
            choice="A" if prob_a > 0.5 else "B",
            prob_a=prob_a,
            feedback="Ends a script: </script><b>bold</b>",
            cost=Cost(seconds=0.1, input_tokens=100, output_tokens=10, dollars=0.001 * (1 - error)),
        )
        rows.append(TaskVerdict(task=task.id, aspect=task.stratum, group=task.group, label=task.label, given=verdict))
    settings = make_result(judge, OWN, order="given").settings
    manifest = Manifest(command="test", config={}, inputs={}, seed=0, versions={}, commit=None)
    return ReportedRun(result=score_run(rows, TASKS, settings, manifest), rows=tuple(rows))


def make_result(judge: str, data: dict[str, str] | None = None, order: str = "both") -> BenchResult:
    cost = TaskCost(seconds=0.25, input_tokens=900, output_tokens=1, dollars=0.0012)
    settings = RunSettings.model_validate(
        {
            "judge": judge,
            "judge_files": {},
            "data": BENCHMARK if data is None else data,
            "order": order,
            "comments": "stripped",
            "seed": 0,
        }
    )
    return BenchResult(
        judge=judge,
        benchmark=CODEPREFBENCH.names if settings.data == BENCHMARK else None,
        strata=CODEPREFBENCH.strata,
        aspects={aspect: make_aspect(accuracy, cost) for aspect, accuracy in ACCURACIES.items()},
        average=0.539,
        average_estimate=Estimate(
            value=0.539, clusters=589, stderr=0.017, interval=(0.507, 0.572), bootstrap=(0.507, 0.574)
        ),
        settings=settings,
        cost=cost,
        manifest=Manifest(
            command=f"codefavor bench run --judge {judge}", config={}, inputs={}, seed=0, versions={}, commit=None
        ),
    )


def make_aspect(accuracy: float, cost: TaskCost) -> AspectResult:
    orders = OrderFigures(
        single_order=accuracy, swapped_order=accuracy, both_orders=accuracy, flip_rate=0.0, first_share=0.5
    )
    return AspectResult(
        tasks=100,
        clusters=50,
        accuracy=accuracy,
        undecided=0.014,
        ties=0.0,
        stderr=0.03,
        interval=(accuracy - 0.06, accuracy + 0.06),
        bootstrap_interval=(accuracy - 0.06, accuracy + 0.06),
        orders=orders,
        unparsed=14,
        cost=cost,
    )
