"""The accuracy table as text: Markdown, LaTeX, CSV, and a table for the terminal."""

import csv
import io
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from codefavor.report.table import AccuracyCell, AccuracyTable

MAX_TERMINAL_COLUMNS = 6
"""The most columns whose figures fit beside the judge's name in 80 characters."""


def percent(fraction: float) -> str:
    """Return a fraction as percent with one decimal, without the sign."""
    return f"{100 * fraction:.1f}"


def to_markdown(table: AccuracyTable) -> str:
    """Return the table in Markdown: accuracy in percent with its interval, published rows marked."""
    head = ["Judge", *(f"{_escape_pipes(column.title)} ({column.tasks})" for column in table.columns)]
    lines = [head, ["---", *("---:" for _ in table.columns)]]
    for row in table.rows:
        name = f"{row.name} *(published, not ours)*" if row.published else f"**{row.name}**"
        lines.append([_escape_pipes(name), *(_plain_cell(row.cells.get(column.key)) for column in table.columns)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _escape_pipes(text: str) -> str:
    return text.replace("|", "\\|")


_LATEX = {ord(mark): f"\\{mark}" for mark in "&%$#_{}"} | {
    ord("\\"): r"\textbackslash{}",
    ord("~"): r"\textasciitilde{}",
    ord("^"): r"\textasciicircum{}",
    ord("<"): r"\textless{}",
    ord(">"): r"\textgreater{}",
    ord("|"): r"\textbar{}",
}


_LATEX_INTERVAL = r"{accuracy}$_{{[{low},\,{high}]}}$"


def to_latex(table: AccuracyTable) -> str:
    """Return the table as a LaTeX `tabular` (package booktabs): intervals as subscripts, published rows in italics."""
    head = " & ".join(["Judge", *(column.title.translate(_LATEX) for column in table.columns)])
    lines = [rf"\begin{{tabular}}{{l{'r' * len(table.columns)}}}", r"\toprule", rf"{head} \\", r"\midrule"]
    for before, row in zip((None, *table.rows), table.rows, strict=False):
        if row.published and before and not before.published:
            lines.append(r"\midrule")
        name = row.name.translate(_LATEX)
        cells = [rf"\textit{{{name}}} (published)" if row.published else name]
        cells += [_cell_text(row.cells.get(column.key), "--", _LATEX_INTERVAL) for column in table.columns]
        lines.append(rf"{' & '.join(cells)} \\")
    return "\n".join([f"% {table.title}: accuracy in percent", *lines, r"\bottomrule", r"\end{tabular}", ""])


def _cell_text(cell: AccuracyCell | None, missing: str, with_interval: str) -> str:
    """Return a cell as text: `missing` for none, `with_interval` filled with the three figures where it has them."""
    if cell is None:
        return missing
    if cell.interval is None:
        return percent(cell.accuracy)
    low, high = (percent(bound) for bound in cell.interval)
    return with_interval.format(accuracy=percent(cell.accuracy), low=low, high=high)


def _plain_cell(cell: AccuracyCell | None) -> str:
    return _cell_text(cell, "–", "{accuracy} [{low}, {high}]")


def to_csv(tables: Sequence[AccuracyTable]) -> str:
    """Return one line for each judge and column of all tables, numbers as fractions."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["data", "judge", "published", "aspect", "tasks", "accuracy", "low", "high", "undecided"])
    for table in tables:
        for row in table.rows:
            for column in table.columns:
                if cell := row.cells.get(column.key):
                    start = [table.title, row.name, row.published, column.key, column.tasks]
                    writer.writerow([*start, *_numbers(cell)])
    return out.getvalue()


def for_terminal(table: AccuracyTable) -> Table:
    """Return the judges measured here as a table that rich prints in 80 columns: intervals stand below accuracies.

    A table of more than `MAX_TERMINAL_COLUMNS` columns has a line for each judge and column instead.
    """
    title = escape(f"Accuracy on {table.title}, % (95% interval)")
    drawn = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    drawn.add_column("judge", overflow="fold")
    measured = [row for row in table.rows if not row.published]
    if len(table.columns) > MAX_TERMINAL_COLUMNS:
        drawn.add_column("criterion", overflow="fold")
        for heading in ("tasks", "accuracy"):
            drawn.add_column(heading, justify="right", no_wrap=True)
        for row in measured:
            for column in table.columns:
                text = _plain_cell(row.cells.get(column.key))
                drawn.add_row(escape(row.name), escape(column.title), str(column.tasks), escape(text))
        return drawn
    for column in table.columns:
        drawn.add_column(escape(column.title.lower().replace(" ", "\n")), justify="right", no_wrap=True)
    for row in measured:
        drawn.add_row(escape(row.name), *(_terminal_cell(row.cells.get(column.key)) for column in table.columns))
    return drawn


def _terminal_cell(cell: AccuracyCell | None) -> str:
    return _cell_text(cell, "–", "[bold]{accuracy}[/bold]\n{low}–{high}")


def p_value(p: float) -> str:
    """Return a p value for a table."""
    return f"{p:.3f}" if p >= 0.001 else "<0.001"


def _numbers(cell: AccuracyCell) -> list[str]:
    low, high = cell.interval or (None, None)
    return ["" if number is None else f"{number:.6g}" for number in (cell.accuracy, low, high, cell.undecided)]
