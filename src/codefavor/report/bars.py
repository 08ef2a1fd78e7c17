"""Bars of one column of the table as an inline SVG: longest first, ours with whiskers, published ones in grey.

Colours are CSS classes, so that the page decides on light and dark. Nothing is read from a judge here.
"""

from collections.abc import Sequence

from markupsafe import Markup

from codefavor.record import Record
from codefavor.report.table import AccuracyCell, AccuracyRow, AccuracyTable
from codefavor.report.templating import TEMPLATES

_WIDTH = 560
_LEFT = 244
"""Room for the names."""
_RIGHT = 44
"""Room for the figure behind the longest bar."""
_STEP = 19
_TOP = 6
_NAME_LENGTH = 41


class Bar(Record):
    """One bar, in the drawing's units."""

    name: str
    """The judge, cut to the room there is."""
    full_name: str
    """The judge in full, for the tooltip."""
    y: float
    """The middle of the bar."""
    end: float
    """Where the bar ends."""
    low: float | None
    """Where the interval begins; None for published rows."""
    high: float | None
    """Where the interval ends."""
    figure: str
    """The accuracy in percent."""
    published: bool
    """Whether the row is published, not ours."""


def draw_bars(table: AccuracyTable, key: str, title: str) -> Markup:
    """Return the SVG of column `key`."""
    cells = [(row, row.cells[key]) for row in table.rows if key in row.cells]
    cells.sort(key=lambda pair: -pair[1].accuracy)
    svg = TEMPLATES.get_template("bars.svg").render(
        title=title,
        bars=_place(cells),
        width=_WIDTH,
        height=_TOP + _STEP * len(cells) + 22,
        left=_LEFT,
        bottom=_TOP + _STEP * len(cells),
        ticks=[(percent, _at(percent / 100)) for percent in (0, 25, 50, 75, 100)],
    )
    return Markup(svg)


def _place(cells: Sequence[tuple[AccuracyRow, AccuracyCell]]) -> list[Bar]:
    return [
        Bar(
            name=row.name if len(row.name) <= _NAME_LENGTH else row.name[: _NAME_LENGTH - 1] + "…",
            full_name=row.name,
            y=_TOP + _STEP * (place + 0.5),
            end=_at(cell.accuracy),
            low=_at(cell.interval[0]) if cell.interval else None,
            high=_at(cell.interval[1]) if cell.interval else None,
            figure=f"{100 * cell.accuracy:.1f}",
            published=row.published,
        )
        for place, (row, cell) in enumerate(cells)
    ]


def _at(fraction: float) -> float:
    return round(_LEFT + fraction * (_WIDTH - _LEFT - _RIGHT), 1)
