"""What a benchmark run leaves behind: the records of `settings.json`, `verdicts.jsonl` and `result.json`.

Shares and scores are fractions of one. Nothing is computed here.
"""

from typing import Any, Literal, Self

from pydantic import model_validator

from codefavor.bench.benchmark import BenchmarkName, Stratum
from codefavor.bench.old_results import with_strata
from codefavor.bench.statistics import Estimate
from codefavor.judges.judge_settings import JudgeSettings
from codefavor.manifest import Manifest
from codefavor.pairs.comparison import Side
from codefavor.pairs.criterion import Wording
from codefavor.pairs.presentation import CommentPolicy
from codefavor.pairs.verdict import Verdict
from codefavor.record import Record

Order = Literal["given", "both"]

VERDICTS_FILE = "verdicts.jsonl"
RESULT_FILE = "result.json"


class RunSettings(JudgeSettings):
    """What shapes the verdicts of a run; a run is resumed with the same settings or not at all."""

    data: dict[str, str]
    """SHA-256 of the task files, by name."""
    order: Order
    """Whether each comparison is judged as given or in both orders."""
    comments: CommentPolicy
    """Whether comments are stripped from both candidates where the benchmark says so."""
    criterion: Wording = "given"
    """What the judge is told to judge by."""
    seed: int
    """The seed of every random choice: the order in which pairs are shown, and resampling."""
    subset: str | None = None
    """The digest of the subset that was judged; None for all tasks of the data."""


class TaskVerdict(Record):
    """One line of `verdicts.jsonl`: the answers to one task."""

    task: str
    """The task's id."""
    aspect: str
    """The key of the task's stratum: an aspect, or a criterion in words."""
    group: str
    """The problem: the cluster of the statistics."""
    label: Side
    """The better side in the order given."""
    given: Verdict
    """The verdict in the order given."""
    swapped: Verdict | None = None
    """The verdict with the candidates exchanged, said of the order given, its words too."""


class TaskCost(Record):
    """What one task costs on average, in all orders judged."""

    seconds: float
    """Seconds of work."""
    input_tokens: float
    """Tokens read by a model."""
    output_tokens: float
    """Tokens written by a model."""
    dollars: float
    """US dollars paid."""


class OrderFigures(Record):
    """What judging in both orders shows."""

    single_order: float
    """Accuracy of the verdicts in the order given, which is the paper's protocol."""
    swapped_order: float
    """Accuracy of the verdicts with the candidates exchanged."""
    both_orders: float
    """Accuracy of the joined verdicts."""
    flip_rate: float
    """Share of tasks on which a side was preferred in one order, and not the same code in the other."""
    first_share: float | None
    """Share of the candidate shown first among all preferences in both orders; None where there is no preference."""


class AspectResult(Record):
    """What the judge reached on one stratum."""

    tasks: int
    """Rows of the file; every one of them is scored."""
    clusters: int
    """Problems behind them."""
    accuracy: float
    """(right + half of undecided and ties) / tasks, of the joined verdicts where both orders were judged."""
    undecided: float
    """Share of tasks without an answer."""
    ties: float
    """Share of tasks answered "tie"."""
    stderr: float
    """Standard error, clustered by problem."""
    interval: tuple[float, float]
    """95%, Student t over clusters."""
    bootstrap_interval: tuple[float, float]
    """95%, bootstrap over clusters."""
    orders: OrderFigures | None
    """The position-bias figures, where both orders were judged."""
    unparsed: int
    """Tasks whose candidates keep their comments since one of them does not parse."""
    cost: TaskCost
    """What a task costs."""


class BenchResult(Record):
    """The content of `result.json`."""

    judge: str
    """The judge's name."""
    benchmark: BenchmarkName | None
    """The published benchmark that was judged; None for pairs and tasks of one's own."""
    strata: tuple[Stratum, ...]
    """The strata of the data, in the order of the columns."""
    aspects: dict[str, AspectResult]
    """The result of each stratum that has tasks, by its key."""
    average: float | None
    """The mean over the strata that count in it; None unless all of them have tasks."""
    average_estimate: Estimate | None
    """The same with its intervals, clustered by problem across aspects."""
    settings: RunSettings
    """What shaped the verdicts."""
    cost: TaskCost
    """What a task costs over all strata."""
    manifest: Manifest
    """What made this result."""

    @model_validator(mode="before")
    @classmethod
    def _of_version_0_1(cls, content: Any) -> Any:
        return with_strata(content)

    @model_validator(mode="after")
    def _strata_are_declared(self) -> Self:
        if undeclared := sorted(self.aspects.keys() - {stratum.key for stratum in self.strata}):
            raise ValueError(f"aspects: {undeclared[0]} is none of the strata")
        return self
