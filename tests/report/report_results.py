"""Results made by hand, for the tests of the report."""

from codefavor.bench.results import AspectResult, BenchResult, OrderFigures, RunSettings, TaskCost
from codefavor.bench.statistics import Estimate
from codefavor.bench.tasks import RELEASED, file_name
from codefavor.manifest import Manifest

BENCHMARK = {file_name(aspect): digest for aspect, digest in RELEASED.items()}
ACCURACIES = {"correctness": 0.656, "efficiency": 0.636, "security": 0.326, "human-preference": 0.386}


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
