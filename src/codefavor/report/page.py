"""The report: one self-contained HTML page from any number of results. It asks the network for nothing."""

from collections.abc import Sequence

from markupsafe import Markup

from codefavor.bench.results import BenchResult
from codefavor.record import Record
from codefavor.report.bars import TEMPLATES, draw_bars
from codefavor.report.published import Published
from codefavor.report.table import AVERAGE, Table, by_data, make_table, row_name
from codefavor.report.text import percent


class BiasRow(Record):
    """What both orders show of one judge on one aspect, in percent."""

    judge: str
    """The row's name."""
    aspect: str
    """The aspect's heading."""
    figures: tuple[str, ...]
    """One order, exchanged, both orders, flips, first candidate preferred."""


class CostRow(Record):
    """What a task costs with one judge."""

    judge: str
    """The row's name."""
    figures: tuple[str, ...]
    """Seconds, tokens read, tokens written, dollars."""


class Section(Record):
    """Everything shown about the results on one set of tasks."""

    table: Table
    """The accuracies."""
    bias: tuple[BiasRow, ...]
    """The position-bias figures."""
    costs: tuple[CostRow, ...]
    """The cost of a task."""
    unparsed: int
    """Tasks that keep their comments because a candidate does not parse."""
    runs: tuple[tuple[str, str], ...]
    """Name and manifest of every run."""


def render_page(results: Sequence[BenchResult], published: Published) -> str:
    """Return the HTML of the report on at least one result."""
    sections = [_section(members, published) for members in by_data(results)]
    charts: list[dict[str, Markup]] = [
        {column.title: draw_bars(section.table, column.key, column.title) for column in section.table.columns}
        for section in sections
    ]
    return TEMPLATES.get_template("page.html").render(
        sections=list(zip(sections, charts, strict=True)), source=published.source, percent=percent, average=AVERAGE
    )


def _section(results: Sequence[BenchResult], published: Published) -> Section:
    table = make_table(results, published)
    titles = {column.key: column.title for column in table.columns}
    return Section(
        table=table,
        bias=tuple(row for result in results for row in _bias_rows(result, titles)),
        costs=tuple(_cost_row(result) for result in results),
        unparsed=max(sum(each.unparsed for each in result.aspects.values()) for result in results),
        runs=tuple((row_name(result), result.manifest.model_dump_json(indent=2)) for result in results),
    )


def _bias_rows(result: BenchResult, titles: dict[str, str]) -> list[BiasRow]:
    rows = []
    for aspect, each in result.aspects.items():
        if orders := each.orders:
            first = "–" if orders.first_share is None else percent(orders.first_share)
            shares = (orders.single_order, orders.swapped_order, orders.both_orders, orders.flip_rate)
            figures = (*(percent(share) for share in shares), first)
            rows.append(BiasRow(judge=row_name(result), aspect=titles[aspect], figures=figures))
    return rows


def _cost_row(result: BenchResult) -> CostRow:
    cost = result.cost
    figures = (f"{cost.seconds:.3g}", f"{cost.input_tokens:.0f}", f"{cost.output_tokens:.0f}", f"{cost.dollars:.2g}")
    return CostRow(judge=row_name(result), figures=figures)
