"""The cumulative distribution of code similarity to a benchmark, as an SVG drawing. It draws and computes nothing."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

_WIDTH, _HEIGHT = 560, 340
_LEFT, _TOP, _RIGHT, _BOTTOM = 56, 16, 16, 44
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")


def cdf_svg(top: Mapping[str, NDArray[np.float32]], threshold: float) -> str:
    """Return a drawing with one curve a combination: the share of test codes whose highest score is at most x."""
    curves = [_curve(scores, colour) for scores, colour in zip(top.values(), _COLOURS, strict=False)]
    legend = [
        f'<text x="{_LEFT + 12}" y="{_TOP + 18 + 18 * place}" fill="{colour}">'
        f"{name.replace('~', ' ~ ')}: {100 * float(np.mean(scores > threshold)):.1f}% above {threshold:g}</text>"
        for place, ((name, scores), colour) in enumerate(zip(top.items(), _COLOURS, strict=False))
    ]
    line = f'<path d="M{_x(threshold)} {_y(0)}V{_y(1)}" stroke="#888" stroke-dasharray="4"/>'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
            'font-family="sans-serif" font-size="12">',
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
            *_axes(),
            line,
            *curves,
            *legend,
            "</svg>\n",
        ]
    )


def _axes() -> list[str]:
    frame = f'<path d="M{_x(0)} {_y(1)}V{_y(0)}H{_x(100)}" fill="none" stroke="black"/>'
    across = [f'<text x="{_x(v)}" y="{_y(0) + 16}" text-anchor="middle">{v}</text>' for v in range(0, 101, 20)]
    up = [f'<text x="{_LEFT - 6}" y="{_y(v / 4) + 4}" text-anchor="end">{25 * v}%</text>' for v in range(5)]
    title = f'<text x="{_x(50)}" y="{_HEIGHT - 8}" text-anchor="middle">highest similarity of a test code</text>'
    return [frame, *across, *up, title]


def _curve(scores: NDArray[np.float32], colour: str) -> str:
    ordered = np.sort(scores)
    steps = "".join(f"H{_x(float(x)):.1f}V{_y((n + 1) / len(ordered)):.1f}" for n, x in enumerate(ordered))
    return f'<path d="M{_x(0)} {_y(0)}{steps}H{_x(100)}" fill="none" stroke="{colour}" stroke-width="1.5"/>'


def _x(score: float) -> float:
    return _LEFT + score / 100 * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)
