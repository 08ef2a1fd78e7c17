"""The accuracy table: results on the same data as rows, with the published rows where the data is the benchmark's.

It is the one source of what the page, the terminal, Markdown and CSV show. Numbers stay fractions until printed.
"""

from collections.abc import Sequence

from codefavor.bench.results import BenchResult
from codefavor.bench.tasks import RELEASED, file_name
from codefavor.pairs.criterion import VERIFIABLE_ASPECTS, Aspect
from codefavor.record import Record
from codefavor.report.published import Published, PublishedRow

AVERAGE = "average"
_COLUMNS = (
    (Aspect.CORRECTNESS.value, "Correctness"),
    (Aspect.EFFICIENCY.value, "Efficiency"),
    (Aspect.SECURITY.value, "Security"),
    (AVERAGE, "Average"),
    (Aspect.HUMAN_PREFERENCE.value, "Human preference"),
    ("other", "Other criteria"),
)


class Column(Record):
    """A column of the table."""

    key: str
    """The aspect, or "average"."""
    title: str
    """Its heading."""
    tasks: int
    """How many tasks stand behind it."""


class Cell(Record):
    """One figure of the table."""

    accuracy: float
    """The accuracy."""
    interval: tuple[float, float] | None = None
    """The 95% interval, clustered by problem, for what was measured here."""
    undecided: float | None = None
    """The share without a side, where known."""


class Row(Record):
    """One judge."""

    name: str
    """The judge's name, with what sets this run apart from the standard protocol."""
    kind: str
    """"measured" for ours, or the group of a published row."""
    published: bool
    """Whether the row was printed in the paper, not measured here."""
    cells: dict[str, Cell]
    """The figures by column."""


class Table(Record):
    """Judges on one set of tasks."""

    data: tuple[str, ...]
    """The names of the task files."""
    benchmark: bool
    """Whether these are the released files of CodePrefBench."""
    columns: tuple[Column, ...]
    """The aspects that the data has."""
    rows: tuple[Row, ...]
    """The judges measured here, in the order given, then the published ones."""

    @property
    def title(self) -> str:
        """What the tasks are called."""
        return "CodePrefBench" if self.benchmark else ", ".join(self.data)


def make_table(results: Sequence[BenchResult], published: Published | None) -> Table:
    """Return the table of results that share their data.

    Args:
        results: at least one.
        published: the paper's rows, to be added where the data is the benchmark's.
    """
    first = results[0]
    benchmark = set(first.settings.data.items()) == {(file_name(aspect), digest) for aspect, digest in RELEASED.items()}
    tasks = {aspect: figures.tasks for aspect, figures in first.aspects.items()}
    if first.average is not None:
        tasks[AVERAGE] = sum(tasks[aspect] for aspect in VERIFIABLE_ASPECTS)
    rows = [Row(name=row_name(each), kind="measured", published=False, cells=_cells(each)) for each in results]
    if benchmark and published:
        rows += [_published_row(row) for row in published.rows]
    return Table(
        data=tuple(first.settings.data),
        benchmark=benchmark,
        columns=tuple(Column(key=key, title=title, tasks=tasks[key]) for key, title in _COLUMNS if key in tasks),
        rows=tuple(rows),
    )


def by_data(results: Sequence[BenchResult]) -> list[list[BenchResult]]:
    """Return the results grouped by the data they were measured on, in the order of first appearance."""
    groups: dict[tuple[tuple[str, str], ...], list[BenchResult]] = {}
    for result in results:
        groups.setdefault(tuple(sorted(result.settings.data.items())), []).append(result)
    return list(groups.values())


def row_name(result: BenchResult) -> str:
    """Return the judge's name, with what sets the run apart from both orders and stripped comments."""
    apart = []
    if result.settings.order != "both":
        apart.append("one order")
    if result.settings.comments != "stripped":
        apart.append("comments kept")
    return f"{result.judge} ({', '.join(apart)})" if apart else result.judge


def _cells(result: BenchResult) -> dict[str, Cell]:
    cells = {
        aspect: Cell(accuracy=each.accuracy, interval=each.interval, undecided=each.undecided + each.ties)
        for aspect, each in result.aspects.items()
    }
    if result.average_estimate:
        estimate = result.average_estimate
        cells[AVERAGE] = Cell(accuracy=estimate.value, interval=estimate.interval)
    return cells


def _published_row(row: PublishedRow) -> Row:
    cells = {key: Cell(accuracy=each.accuracy, undecided=each.undecided) for key, each in row.scores.items()}
    return Row(name=row.name, kind=row.group, published=True, cells=cells)
