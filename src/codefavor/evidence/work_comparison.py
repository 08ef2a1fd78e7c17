"""Which of two candidates does less work, by its fuel, or that it is too close to call. Pure."""

import math

from codefavor.evidence.cost import CostRun, Series
from codefavor.evidence.python_dialect import PYTHON
from codefavor.pairs.comparison import Side
from codefavor.pairs.evidence import WorkComparison


def compare_work(run: CostRun, clear_ratio: float = PYTHON.clear_ratio) -> WorkComparison | None:
    """Return which candidate does less work, if either clearly does, and by how much; None where neither was run.

    The ratios at the largest inputs that both finish count by the work that both did there. How far each comes before
    it is too much work goes before them: some inputs end early.

    Args:
        run: what was measured.
        clear_ratio: the ratio that decides.
    """
    lasts = [(a.work[-1].fuel, b.work[-1].fuel) for a, b in zip(run.a, run.b, strict=True) if a.work and b.work]
    outlasted = _outlasted(run)
    if not lasts and outlasted is None:
        return None
    total = sum(a + b for a, b in lasts) or 1
    ratio = sum(math.log(a / b) * (a + b) for a, b in lasts) / total
    return WorkComparison(cheaper=outlasted or _clearly_less(ratio, clear_ratio), log_ratio=ratio)


def _clearly_less(log_ratio: float, clear_ratio: float) -> Side | None:
    if abs(log_ratio) < math.log(clear_ratio):
        return None
    return "A" if log_ratio < 0 else "B"


def _outlasted(run: CostRun) -> Side | None:
    """Return the candidate that finishes inputs two steps beyond what is too much work for the other."""
    ahead = [a.finished - b.finished for a, b in zip(run.a, run.b, strict=True) if _one_gave_up(a, b)]
    if any(lead >= 2 for lead in ahead) and all(lead >= 0 for lead in ahead):
        return "A"
    if any(lead <= -2 for lead in ahead) and all(lead <= 0 for lead in ahead):
        return "B"
    return None


def _one_gave_up(a: Series, b: Series) -> bool:
    return (a.spent and b.finished > a.finished) or (b.spent and a.finished > b.finished)
