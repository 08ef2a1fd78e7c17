"""Cost against accuracy: what a task costs with each judge, and the frontier of those that no other judge beats.

A judge is on the frontier when none is as accurate for less. Money is on a logarithmic scale; judges that charge
nothing stand in a column of their own. Paper: section 3.3 and Table 4 (costs normalised to the cheapest).
"""

import math
from collections.abc import Sequence

from markupsafe import Markup

from codefavor.bench.paired import AVERAGE
from codefavor.bench.results import BenchResult
from codefavor.record import Record
from codefavor.report.published import Published
from codefavor.report.table import AccuracyTable, row_name
from codefavor.report.templating import TEMPLATES

_WIDTH, _HEIGHT = 880, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 24, 14, 330
_FREE_X = 92
_PAID_LEFT = 150
_LETTER = 6.2
_LINE = 13.0


class CostRow(Record):
    """What a task costs with one judge."""

    judge: str
    """The row's name."""
    published: bool
    """Whether the paper says so, not a measurement here."""
    dollars: float
    """US dollars."""
    relative: float | None
    """Dollars over those of the cheapest judge that costs any; None for a judge that costs none."""
    accuracy: float | None
    """The accuracy beside which the cost stands."""
    seconds: float | None = None
    """Seconds of work; not published."""
    input_tokens: float | None = None
    """Tokens read; not published."""
    output_tokens: float | None = None
    """Tokens written; not published."""


class FrontierPoint(Record):
    """One judge in the drawing's units."""

    name: str
    """The judge."""
    x: float
    """Across."""
    y: float
    """Down."""
    label_x: float
    """Where the name begins."""
    label_y: float
    """Its baseline."""
    label_end: bool
    """Whether the name ends at `label_x` instead."""
    published: bool
    """Whether the row is published."""
    figure: str
    """Both figures in words."""


def cost_rows(results: Sequence[BenchResult], table: AccuracyTable, published: Published) -> list[CostRow]:
    """Return the costs of the judges in `table`, the published ones last, normalised to the cheapest of all."""
    key = accuracy_key(table)
    accuracy = {row.name: row.cells[key].accuracy for row in table.rows if key in row.cells}
    paid = [result.cost.dollars for result in results]
    printed = [row for row in published.rows_for(table.benchmark) if row.dollars]
    paid += [row.dollars for row in printed if row.dollars]
    cheapest = min((dollars for dollars in paid if dollars > 0), default=None)

    def relative(dollars: float) -> float | None:
        return dollars / cheapest if cheapest and dollars > 0 else None

    rows = [
        CostRow(
            judge=row_name(result),
            published=False,
            relative=relative(result.cost.dollars),
            accuracy=accuracy.get(row_name(result)),
            **result.cost.model_dump(),
        )
        for result in results
    ]
    rows += [
        CostRow(
            judge=row.name,
            published=True,
            dollars=row.dollars or 0.0,
            relative=relative(row.dollars or 0.0),
            accuracy=accuracy.get(row.name),
        )
        for row in printed
    ]
    return rows


def accuracy_key(table: AccuracyTable) -> str:
    """Return the column that costs stand beside: the average, or the first column where there is none."""
    keys = [column.key for column in table.columns]
    return AVERAGE if AVERAGE in keys else keys[0]


def frontier(rows: Sequence[CostRow]) -> list[CostRow]:
    """Return the rows with an accuracy that no row reaches for as little, cheapest first."""
    best: list[CostRow] = []
    for row in sorted(rows, key=lambda row: (row.dollars, -(row.accuracy or 0.0))):
        if row.accuracy is not None and (not best or row.accuracy > (best[-1].accuracy or 0.0)):
            best.append(row)
    return best


def money(dollars: float) -> str:
    """Return an amount with two significant digits and without an exponent."""
    if dollars <= 0:
        return "0"
    digits = max(0, 1 - math.floor(math.log10(dollars)))
    amount = f"{dollars:.{digits}f}"
    return amount.rstrip("0").rstrip(".") if digits else amount


def draw_frontier(rows: Sequence[CostRow]) -> Markup:
    """Return the SVG of cost against accuracy; empty where no judge costs anything."""
    drawn = [row for row in rows if row.accuracy is not None]
    paid = [row.dollars for row in drawn if row.dollars > 0]
    if not paid:
        return Markup("")
    low, high = math.floor(math.log10(min(paid))), math.ceil(math.log10(max(paid)))
    high = max(high, low + 1)

    def across(dollars: float) -> float:
        if dollars <= 0:
            return _FREE_X
        part = (math.log10(dollars) - low) / (high - low)
        return round(_PAID_LEFT + part * (_WIDTH - _RIGHT - _PAID_LEFT), 1)

    floor = math.floor(10 * min([0.5, *(row.accuracy or 0.0 for row in drawn)])) / 10

    def down(accuracy: float | None) -> float:
        return round(_BOTTOM - ((accuracy or 0.0) - floor) / (1 - floor) * (_BOTTOM - _TOP), 1)

    svg = TEMPLATES.get_template("frontier.svg").render(
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        right=_WIDTH - _RIGHT,
        bottom=_BOTTOM,
        top=_TOP,
        free_x=_FREE_X if any(row.dollars <= 0 for row in drawn) else None,
        ticks=[(f"${money(10.0**power)}", across(10.0**power)) for power in range(low, high + 1)],
        levels=[(round(100 * level), down(level)) for level in _levels(floor)],
        steps=_steps([(across(row.dollars), down(row.accuracy)) for row in frontier(drawn)]),
        dots=_place_names([(row, across(row.dollars), down(row.accuracy)) for row in drawn]),
    )
    return Markup(svg)


def _levels(floor: float) -> list[float]:
    return [tenth / 10 for tenth in range(round(10 * floor), 11)]


def _steps(corners: Sequence[tuple[float, float]]) -> str:
    (x, y), *others = corners
    path = f"M{x} {y}"
    for across, down in others:
        path += f"H{across}V{down}"
    return f"{path}H{_WIDTH - _RIGHT}"


def _place_names(dots: Sequence[tuple[CostRow, float, float]]) -> list[FrontierPoint]:
    """Put each name below and beside its dot, out of the line's way, and clear of dots and other names."""
    placed: list[FrontierPoint] = []
    taken = [(x - 6, x + 6, y + 3) for _, x, y in dots]
    for row, x, y in sorted(dots, key=lambda dot: dot[2]):
        width = _LETTER * len(row.judge)
        ends = x + 6 + width > _WIDTH
        start = x - 6 - width if ends else x + 6
        baseline = y + 16
        for left, right, above in sorted(taken, key=lambda name: name[2]):
            if left < start + width and start < right and abs(baseline - above) < _LINE:
                baseline = above + _LINE
        taken.append((start, start + width, baseline))
        placed.append(
            FrontierPoint(
                name=row.judge,
                x=x,
                y=y,
                label_x=x - 6 if ends else x + 6,
                label_y=round(baseline, 1),
                label_end=ends,
                published=row.published,
                figure=f"{100 * (row.accuracy or 0):.1f}% for ${money(row.dollars)} a task",
            )
        )
    return placed
