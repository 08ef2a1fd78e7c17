"""The accuracy table: results on the same data as rows, with the published rows of the benchmark that the data is.

It is the one source of what the page, the terminal, Markdown and CSV show. Its columns are the strata that the results
name; a new benchmark changes nothing here. Numbers stay fractions until printed.
"""

from collections.abc import Sequence

from codefavor.bench.benchmark import BenchmarkName, Stratum
from codefavor.bench.paired import AVERAGE
from codefavor.bench.results import BenchResult
from codefavor.record import Record
from codefavor.report.published import Published, PublishedRow

_AVERAGE_TITLE = "Average"


class AccuracyColumn(Record):
    """A column of the table."""

    key: str
    """The key of the stratum, or "average"."""
    title: str
    """Its heading."""
    tasks: int
    """How many tasks stand behind it."""
    in_average: bool = False
    """Whether the average is over this stratum and the others of its kind."""


class AccuracyCell(Record):
    """One figure of the table."""

    accuracy: float
    """The accuracy."""
    interval: tuple[float, float] | None = None
    """The 95% interval, clustered by problem, for what was measured here."""
    undecided: float | None = None
    """The share without a side, where known."""


class AccuracyRow(Record):
    """One judge."""

    name: str
    """The judge's name, with what sets this run apart from the standard protocol."""
    kind: str
    """"measured" for ours, or the group of a published row."""
    published: bool
    """Whether the row was printed in the paper, not measured here."""
    cells: dict[str, AccuracyCell]
    """The figures by column."""


class AccuracyTable(Record):
    """Judges on one set of tasks."""

    data: tuple[str, ...]
    """The names of the task files."""
    benchmark: BenchmarkName | None
    """The published benchmark that the data is, if it is one."""
    columns: tuple[AccuracyColumn, ...]
    """The strata that the data has, with the average after those that it is over."""
    rows: tuple[AccuracyRow, ...]
    """The judges measured here, in the order of the results, then the published ones."""

    @property
    def title(self) -> str:
        """What the tasks are called."""
        return self.benchmark.title if self.benchmark else ", ".join(self.data)

    @property
    def has_published(self) -> bool:
        """Whether there are published rows."""
        return any(row.published for row in self.rows)

    @property
    def average_note(self) -> str:
        """A sentence that says what the average is over; empty where there is none."""
        if all(column.key != AVERAGE for column in self.columns):
            return ""
        counted = [_inside_sentence(column.title) for column in self.columns if column.in_average]
        beside = [_inside_sentence(column.title) for column in self.columns if not column.in_average]
        beside.remove(_inside_sentence(_AVERAGE_TITLE))
        others = f"; {_enumerated(beside)} {'stands' if len(beside) == 1 else 'stand'} beside it" if beside else ""
        return f"The average is over {_enumerated(counted)}{others}."


def make_accuracy_table(results: Sequence[BenchResult], published: Published | None) -> AccuracyTable:
    """Return the table of results that share their data.

    Args:
        results: at least one.
        published: the printed rows of a benchmark, to be added where the data is that benchmark.
    """
    first = results[0]
    rows = [
        AccuracyRow(name=row_name(result), kind="measured", published=False, cells=_cells(result)) for result in results
    ]
    if published:
        rows += [_published_row(row) for row in published.rows_for(first.benchmark)]
    return AccuracyTable(
        data=tuple(first.settings.data), benchmark=first.benchmark, columns=_columns(results), rows=tuple(rows)
    )


def strata_titles(results: Sequence[BenchResult]) -> dict[str, str]:
    """Return the headings of all strata of some results by their keys."""
    return {stratum.key: stratum.title for result in results for stratum in result.strata}


def _columns(results: Sequence[BenchResult]) -> tuple[AccuracyColumn, ...]:
    tasks = {key: figures.tasks for result in reversed(results) for key, figures in result.aspects.items()}
    strata = {stratum.key: stratum for result in results for stratum in result.strata if stratum.key in tasks}
    columns = [_column(stratum, tasks) for stratum in strata.values()]
    counted = [column for column in columns if column.in_average]
    if any(result.average is not None for result in results):
        total = sum(column.tasks for column in counted)
        counted.append(AccuracyColumn(key=AVERAGE, title=_AVERAGE_TITLE, tasks=total))
    return (*counted, *(column for column in columns if not column.in_average))


def _column(stratum: Stratum, tasks: dict[str, int]) -> AccuracyColumn:
    return AccuracyColumn(key=stratum.key, title=stratum.title, tasks=tasks[stratum.key], in_average=stratum.in_average)


def _enumerated(titles: Sequence[str]) -> str:
    *others, last = titles
    return f"{', '.join(others)} and {last}" if others else last


def _inside_sentence(title: str) -> str:
    """Return a heading with a small first letter, unless it begins with an abbreviation."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


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


def _cells(result: BenchResult) -> dict[str, AccuracyCell]:
    cells = {
        key: AccuracyCell(
            accuracy=figures.accuracy, interval=figures.interval, undecided=figures.undecided + figures.ties
        )
        for key, figures in result.aspects.items()
    }
    if result.average_estimate:
        estimate = result.average_estimate
        cells[AVERAGE] = AccuracyCell(accuracy=estimate.value, interval=estimate.interval)
    return cells


def _published_row(row: PublishedRow) -> AccuracyRow:
    cells = {
        key: AccuracyCell(accuracy=printed.accuracy, undecided=printed.undecided) for key, printed in row.scores.items()
    }
    return AccuracyRow(name=row.name, kind=row.group, published=True, cells=cells)
