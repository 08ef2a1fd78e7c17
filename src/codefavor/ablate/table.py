"""The table of a study: every cell's scores, and whether it differs from the first cell by more than chance.

Differences are paired by task and clustered by problem; p values of one column are corrected by Holm's method (1979),
since the more cells are tried, the likelier one of them differs by chance.
"""

import csv
import io
from pathlib import Path

from codefavor.ablate.grid import Grid
from codefavor.ablate.run_study import CELLS
from codefavor.bench.bench_judge import read_result
from codefavor.bench.paired import AVERAGE, PairedRow, compare_runs
from codefavor.bench.statistics import holm
from codefavor.record import Record

SIGNIFICANT = 0.05
"""The corrected p value below which a difference is marked."""


class Figure(Record):
    """A cell on one aspect, or on average."""

    cell: str
    """The cell."""
    column: str
    """The aspect, or average."""
    accuracy: float
    """Undecided and ties at half."""
    interval: tuple[float, float]
    """95%."""
    difference: float | None = None
    """To the first cell."""
    difference_interval: tuple[float, float] | None = None
    """95% of the difference."""
    p: float | None = None
    """The corrected p value of the difference."""


class StudyTable(Record):
    """The figures of all cells."""

    title: str
    """The title."""
    cells: tuple[str, ...]
    """The rows."""
    columns: tuple[str, ...]
    """The aspects, then the average where there is one."""
    figures: tuple[Figure, ...]
    """One for every row and column."""


def make_table(grid: Grid, out: Path) -> StudyTable:
    """Return the table of a grid whose cells are all benched.

    Raises:
        DataError: a result is missing or damaged.
    """
    names = list(grid.cells)
    runs = {name: out / CELLS / name / "bench" for name in names}
    figures = [figure for name in names for figure in _own_figures(name, runs[name])]
    compared = {
        name: {row.aspect: row for row in compare_runs(runs[name], runs[names[0]], grid.seed).rows}
        for name in names[1:]
    }
    columns = tuple(figure.column for figure in figures if figure.cell == names[0])
    corrected = {
        column: dict(zip(names[1:], holm([compared[name][column].test.sign_flip_p for name in names[1:]]), strict=True))
        for column in columns
    }
    whole = [
        _with_difference(figure, compared[figure.cell][figure.column], corrected[figure.column][figure.cell])
        if figure.cell in compared
        else figure
        for figure in figures
    ]
    return StudyTable(title=grid.title, cells=tuple(names), columns=columns, figures=tuple(whole))


def to_markdown(table: StudyTable) -> str:
    """Return the table as Markdown, in percent; a star marks what differs from the first cell."""
    figures = {(figure.cell, figure.column): figure for figure in table.figures}
    lines = [
        f"# {table.title}",
        "",
        "| cell | " + " | ".join(table.columns) + " |",
        "|---|" + "---|" * len(table.columns),
    ]
    for cell in table.cells:
        lines.append(f"| {cell} | " + " | ".join(_words(figures[cell, column]) for column in table.columns) + " |")
    note = f"In percent, with 95% intervals. In brackets: the difference to {table.cells[0]}, paired by task, "
    note += f"clustered by problem; * where p < {SIGNIFICANT} after Holm's correction over the cells of a column."
    return "\n".join([*lines, "", note, ""])


def to_csv(table: StudyTable) -> str:
    """Return one line a figure."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["cell", "column", "accuracy", "low", "high", "difference", "difference_low", "difference_high", "p"]
    )
    for figure in table.figures:
        between = figure.difference_interval or ("", "")
        values = ["" if value is None else value for value in (figure.difference, *between, figure.p)]
        writer.writerow([figure.cell, figure.column, figure.accuracy, *figure.interval, *values])
    return text.getvalue()


def _own_figures(name: str, run: Path) -> list[Figure]:
    result = read_result(run)
    figures = [
        Figure(cell=name, column=aspect, accuracy=own.accuracy, interval=own.interval)
        for aspect, own in result.aspects.items()
    ]
    if result.average_estimate:
        average = result.average_estimate
        figures.append(Figure(cell=name, column=AVERAGE, accuracy=average.value, interval=average.interval))
    return figures


def _with_difference(figure: Figure, row: PairedRow, p: float) -> Figure:
    estimate = row.difference
    return figure.model_copy(update={"difference": estimate.value, "difference_interval": estimate.interval, "p": p})


def _words(figure: Figure) -> str:
    own = f"{100 * figure.accuracy:.1f} [{100 * figure.interval[0]:.1f}, {100 * figure.interval[1]:.1f}]"
    if figure.difference is None or figure.p is None:
        return own
    return f"{own} ({100 * figure.difference:+.1f}{'*' if figure.p < SIGNIFICANT else ''})"
