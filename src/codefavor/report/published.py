"""The accuracies that the benchmark's paper prints, to stand beside ours: facts from `published.yaml`."""

from importlib.resources import files
from typing import Any

import yaml

from codefavor.bench.benchmark import BenchmarkName
from codefavor.record import Record


class PublishedScore(Record):
    """One printed figure, as fractions."""

    accuracy: float
    """The accuracy."""
    undecided: float | None = None
    """The share of undecided answers, where one is printed."""


class PublishedRow(Record):
    """One row of the paper's table."""

    name: str
    """The model, as the paper calls it."""
    group: str
    """What kind of judge it is."""
    scores: dict[str, PublishedScore]
    """The figures by the key of the stratum, and "average"."""
    dollars: float | None = None
    """US dollars a task, where the paper says enough to work them out."""


class Published(Record):
    """The paper's table."""

    benchmark: str
    """The name of the benchmark that it is about."""
    source: str
    """Where it is printed."""
    rows: tuple[PublishedRow, ...]
    """Its rows."""

    def rows_for(self, benchmark: BenchmarkName | None) -> tuple[PublishedRow, ...]:
        """Return the rows where they are about `benchmark`, else none."""
        return self.rows if benchmark and benchmark.name == self.benchmark else ()


def load_published() -> Published:
    """Return the table that is shipped with codefavor."""
    content = yaml.safe_load(files("codefavor.report").joinpath("published.yaml").read_text(encoding="utf-8"))
    rows = tuple(_row(row) for row in content["rows"])
    return Published(benchmark=content["benchmark"], source=content["source"], rows=rows)


def _row(row: dict[str, Any]) -> PublishedRow:
    scores = {aspect: _score(*printed) for aspect, printed in row["accuracy"].items()}
    return PublishedRow(name=row["name"], group=row["group"], scores=scores, dollars=row.get("dollars"))


def _score(percent: float, half_undecided: float | None = None) -> PublishedScore:
    undecided = None if half_undecided is None else 2 * half_undecided / 100
    return PublishedScore(accuracy=percent / 100, undecided=undecided)
