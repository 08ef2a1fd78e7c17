"""The report: one self-contained HTML page from any number of results. It asks the network for nothing."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from codefavor.bench.reliability import reliability_of
from codefavor.bench.results import BenchResult
from codefavor.bench.tasks import TaskSet
from codefavor.record import Record
from codefavor.report.bars import draw_bars
from codefavor.report.browser import LengthRow, browser_json, covers, length_rows
from codefavor.report.calibration import draw_reliability
from codefavor.report.frontier import CostRow, cost_rows, draw_frontier, money
from codefavor.report.published import Published
from codefavor.report.runs import ReportedRun
from codefavor.report.table import AccuracyTable, by_data, make_accuracy_table, row_name, strata_titles
from codefavor.report.templating import TEMPLATES
from codefavor.report.text import percent


class BiasRow(Record):
    """What both orders show of one judge on one stratum, in percent."""

    judge: str
    """The row's name."""
    stratum: str
    """The heading of the stratum."""
    figures: tuple[str, ...]
    """One order, exchanged, both orders, flips, first candidate preferred."""


class ReportSection(Record):
    """Everything shown about the results on one set of tasks."""

    table: AccuracyTable
    """The accuracies."""
    bias: tuple[BiasRow, ...]
    """The position-bias figures."""
    costs: tuple[CostRow, ...]
    """The cost of a task."""
    lengths: tuple[LengthRow, ...]
    """How preferences go with length, where the tasks are given."""
    unparsed: int
    """Tasks that keep their comments because a candidate does not parse."""
    runs: tuple[tuple[str, str], ...]
    """Name and manifest of every run."""


class SectionCharts(NamedTuple):
    """The figures of one section, as markup."""

    bars: dict[str, Markup]
    """Accuracies, by the column's title."""
    frontier: Markup
    """Cost against accuracy; empty where nothing costs anything."""
    reliability: list[tuple[str, str, Markup]]
    """Judge, calibration error in words, and diagram of every judge with probabilities."""
    browser: Markup | None
    """The JSON of the browser of tasks, where the tasks are given."""


def render_page(runs: Sequence[ReportedRun], published: Published, tasks: TaskSet | None = None) -> str:
    """Return the HTML of the report on at least one run.

    Args:
        runs: the runs, with their verdicts where those are at hand.
        published: the paper's rows.
        tasks: the texts of the tasks, for the browser of tasks and the length figures.
    """
    groups = by_data([run.result for run in runs])
    members = [[run for run in runs if run.result.settings.data == group[0].settings.data] for group in groups]
    sections = [_section(group, published, tasks) for group in members]
    charts = [_draw(section, group, tasks) for section, group in zip(sections, members, strict=True)]
    return TEMPLATES.get_template("page.html").render(
        sections=list(zip(sections, charts, strict=True)),
        source=published.source,
        percent=percent,
        money=money,
    )


def _section(runs: Sequence[ReportedRun], published: Published, tasks: TaskSet | None) -> ReportSection:
    results = [run.result for run in runs]
    table = make_accuracy_table(results, published)
    titles = strata_titles(results)
    lengths = [row for run in runs if tasks and covers(tasks, run) for row in length_rows(tasks, run, titles)]
    return ReportSection(
        table=table,
        bias=tuple(row for result in results for row in _bias_rows(result, titles)),
        costs=tuple(cost_rows(results, table, published)),
        lengths=tuple(lengths),
        unparsed=max(sum(figures.unparsed for figures in result.aspects.values()) for result in results),
        runs=tuple((row_name(result), result.manifest.model_dump_json(indent=2)) for result in results),
    )


def _draw(section: ReportSection, runs: Sequence[ReportedRun], tasks: TaskSet | None) -> SectionCharts:
    named = [(row_name(run.result), reliability_of(run.rows)) for run in runs]
    covered = [run for run in runs if tasks and covers(tasks, run)]
    return SectionCharts(
        bars={column.title: draw_bars(section.table, column.key, column.title) for column in section.table.columns},
        frontier=draw_frontier(section.costs),
        reliability=[
            (name, f"error {percent(found.error)}, {found.tasks} answers", draw_reliability(name, found))
            for name, found in named
            if found
        ],
        browser=browser_json(tasks, covered) if tasks and covered else None,
    )


def _bias_rows(result: BenchResult, titles: dict[str, str]) -> list[BiasRow]:
    rows = []
    for key, stratum in result.aspects.items():
        if orders := stratum.orders:
            first = "–" if orders.first_share is None else percent(orders.first_share)
            shares = (orders.single_order, orders.swapped_order, orders.both_orders, orders.flip_rate)
            figures = (*(percent(share) for share in shares), first)
            rows.append(BiasRow(judge=row_name(result), stratum=titles[key], figures=figures))
    return rows
