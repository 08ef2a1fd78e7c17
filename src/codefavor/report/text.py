"""The accuracy table as text: Markdown, LaTeX, CSV, and a table for the terminal."""

import csv
import io
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table as RichTable

from codefavor.report.table import Cell, Table


def percent(fraction: float) -> str:
    """Return a fraction as percent with one decimal, without the sign."""
    return f"{100 * fraction:.1f}"


def to_markdown(table: Table) -> str:
    """Return the table in Markdown: accuracy in percent with its interval, published rows marked."""
    head = ["Judge", *(f"{column.title} ({column.tasks})" for column in table.columns)]
    lines = [head, ["---", *("---:" for _ in table.columns)]]
    for row in table.rows:
        name = f"{row.name} *(published, not ours)*" if row.published else f"**{row.name}**"
        lines.append([name.replace("|", "\\|"), *(_in_words(row.cells.get(column.key)) for column in table.columns)])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


_LATEX = {ord(mark): f"\\{mark}" for mark in "&%$#_{}"} | {
    ord("\\"): r"\textbackslash{}",
    ord("~"): r"\textasciitilde{}",
    ord("^"): r"\textasciicircum{}",
    ord("<"): r"\textless{}",
    ord(">"): r"\textgreater{}",
    ord("|"): r"\textbar{}",
}


def to_latex(table: Table) -> str:
    """Return the table as a LaTeX `tabular` (package booktabs): intervals as subscripts, published rows in italics."""
    head = " & ".join(["Judge", *(column.title for column in table.columns)])
    lines = [rf"\begin{{tabular}}{{l{'r' * len(table.columns)}}}", r"\toprule", rf"{head} \\", r"\midrule"]
    for before, row in zip((None, *table.rows), table.rows, strict=False):
        if row.published and before and not before.published:
            lines.append(r"\midrule")
        name = row.name.translate(_LATEX)
        cells = [rf"\textit{{{name}}} (published)" if row.published else name]
        cells += [_latex_cell(row.cells.get(column.key)) for column in table.columns]
        lines.append(rf"{' & '.join(cells)} \\")
    return "\n".join([f"% {table.title}: accuracy in percent", *lines, r"\bottomrule", r"\end{tabular}", ""])


def _latex_cell(cell: Cell | None) -> str:
    if cell is None:
        return "--"
    if cell.interval is None:
        return percent(cell.accuracy)
    return rf"{percent(cell.accuracy)}$_{{[{percent(cell.interval[0])},\,{percent(cell.interval[1])}]}}$"


def to_csv(tables: Sequence[Table]) -> str:
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


def for_terminal(table: Table) -> RichTable:
    """Return the judges measured here as a table that rich prints in 80 columns: intervals stand below accuracies."""
    drawn = RichTable(
        title=escape(f"Accuracy on {table.title}, % (95% interval)"), title_justify="left", box=SIMPLE_HEAD
    )
    drawn.add_column("judge", overflow="fold")
    for column in table.columns:
        drawn.add_column(column.title.lower().replace(" ", "\n"), justify="right", no_wrap=True)
    for row in table.rows:
        if not row.published:
            drawn.add_row(escape(row.name), *(_terminal_cell(row.cells.get(column.key)) for column in table.columns))
    return drawn


def _terminal_cell(cell: Cell | None) -> str:
    if cell is None or cell.interval is None:
        return _in_words(cell)
    return f"[bold]{percent(cell.accuracy)}[/bold]\n{percent(cell.interval[0])}–{percent(cell.interval[1])}"


def _in_words(cell: Cell | None) -> str:
    if cell is None:
        return "–"
    if cell.interval is None:
        return percent(cell.accuracy)
    return f"{percent(cell.accuracy)} [{percent(cell.interval[0])}, {percent(cell.interval[1])}]"


def _numbers(cell: Cell) -> list[str]:
    low, high = cell.interval or (None, None)
    return ["" if number is None else f"{number:.6g}" for number in (cell.accuracy, low, high, cell.undecided)]
