"""The accuracy table as text: Markdown, CSV, and a table for the terminal."""

import csv
import io

from rich.table import Table as RichTable

from codefavor.report.table import Cell, Row, Table


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


def to_csv(table: Table) -> str:
    """Return one line for each judge and column, numbers as fractions."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["judge", "published", "aspect", "tasks", "accuracy", "low", "high", "undecided"])
    for row in table.rows:
        for column in table.columns:
            if cell := row.cells.get(column.key):
                writer.writerow([row.name, row.published, column.key, column.tasks, *_numbers(cell)])
    return out.getvalue()


def for_terminal(table: Table) -> RichTable:
    """Return the judges measured here as a table that rich prints."""
    drawn = RichTable(title=f"Accuracy on {', '.join(table.data)}, % [95% interval]", title_justify="left")
    drawn.add_column("judge", overflow="fold")
    for column in table.columns:
        drawn.add_column(f"{column.title.lower()}\n{column.tasks} tasks", justify="right")
    for row in table.rows:
        if not row.published:
            drawn.add_row(row.name, *(_terminal_cell(row, column.key) for column in table.columns))
    return drawn


def _terminal_cell(row: Row, key: str) -> str:
    cell = row.cells.get(key)
    if cell is None or cell.interval is None:
        return _in_words(cell)
    return f"[bold]{percent(cell.accuracy)}[/bold] \\[{percent(cell.interval[0])}, {percent(cell.interval[1])}]"


def _in_words(cell: Cell | None) -> str:
    if cell is None:
        return "–"
    if cell.interval is None:
        return percent(cell.accuracy)
    return f"{percent(cell.accuracy)} [{percent(cell.interval[0])}, {percent(cell.interval[1])}]"


def _numbers(cell: Cell) -> list[str]:
    low, high = cell.interval or (None, None)
    return ["" if number is None else f"{number:.6g}" for number in (cell.accuracy, low, high, cell.undecided)]
