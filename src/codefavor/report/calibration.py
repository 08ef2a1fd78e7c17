"""The reliability diagram: how often a judge is right at each confidence that it states.

Also the page of a calibration, before and after side by side. What is drawn is computed in `bench.reliability`.
"""

from collections.abc import Sequence

from markupsafe import Markup

from codefavor.bench.reliability import Reliability
from codefavor.report.templating import TEMPLATES
from codefavor.report.text import percent

_SIDE = 220
_EDGE = 30


def draw_reliability(name: str, found: Reliability) -> Markup:
    """Return the SVG of accuracy over confidence; the area of a dot is its share of the answers."""
    span = _SIDE - 2 * _EDGE
    dots = [
        (
            round(_EDGE + (answers.confidence - 0.5) * 2 * span, 1),
            round(_EDGE + (1 - answers.accuracy) * span, 1),
            round(3 + 9 * (answers.tasks / found.tasks) ** 0.5, 1),
            f"{answers.tasks} answers: says {100 * answers.confidence:.0f}%, right {100 * answers.accuracy:.0f}%",
        )
        for answers in found.bins
    ]
    svg = TEMPLATES.get_template("reliability.svg").render(
        name=name, side=_SIDE, low=_EDGE, high=_EDGE + span, middle=_EDGE + span / 2, dots=dots
    )
    return Markup(svg)


def render_calibration(judge: str, measured: Sequence[tuple[str, Reliability]]) -> str:
    """Return a self-contained HTML page with one diagram for each named measurement of a judge."""
    charts = [
        (name, f"error {percent(found.error)}, {found.tasks} answers", draw_reliability(name, found))
        for name, found in measured
    ]
    return TEMPLATES.get_template("calibration.html").render(judge=judge, charts=charts)
