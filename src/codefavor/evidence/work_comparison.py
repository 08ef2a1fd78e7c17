"""Which of two candidates does less work, by its fuel, or that it is too close to call. Pure."""

import math

from codefavor.evidence.cost import CostRun, Series, fit_growth
from codefavor.evidence.python_dialect import PYTHON
from codefavor.pairs.comparison import Side
from codefavor.pairs.evidence import WorkComparison, WorkDoubt

_ALIKE = 0.1
"""How far apart two exponents of growth may be and still be taken for the same."""


def compare_work(run: CostRun, clear_ratio: float = PYTHON.clear_ratio) -> WorkComparison | None:
    """Return which candidate does less work, if either clearly does, and by how much; None where neither was run.

    The ratios at the largest inputs that both finish with the same result count by the work that both did there. A
    candidate is called cheaper only where the other does not get much further, where it did everything that the other
    did, and where it still is cheaper when all that it may have saved or done elsewhere is added.

    Args:
        run: what was measured.
        clear_ratio: the ratio that decides.
    """
    lasts = [(a.work[-1].fuel, b.work[-1].fuel) for a, b in zip(run.a, run.b, strict=True) if a.work and b.work]
    if not lasts:
        return None
    ratio = sum((math.log(a) - math.log(b)) * (a + b) for a, b in lasts) / sum(a + b for a, b in lasts)
    cheaper = _clearly_less(ratio, clear_ratio)
    doubt = _doubt(run, cheaper) if cheaper else None
    return WorkComparison(doubt=doubt) if doubt else WorkComparison(cheaper=cheaper, log_ratio=ratio)


def _doubt(run: CostRun, side: Side) -> WorkDoubt | None:
    """Return why a candidate that did less work is not the cheaper one, or None."""
    own, other = (run.a, run.b) if side == "A" else (run.b, run.a)
    loading = run.loading if side == "A" else run.loading[::-1]
    pairs = list(zip(own, other, strict=True))
    if any(mine.outdone or (mine.differs and not _grows_no_faster(mine, its)) for mine, its in pairs):
        return "results"
    if _outlasted(run) not in (None, side):
        return "further"
    compared = [(mine, its) for mine, its in pairs if mine.work and its.work]
    loaded = max(0, loading[0] - loading[1])  # for every input, in its own guest
    most = sum(mine.work[-1].fuel + mine.hidden + loaded for mine, _ in compared)
    return None if most < sum(its.work[-1].fuel for _, its in compared) else "hidden"


def _grows_no_faster(own: Series, other: Series) -> bool:
    """Return whether the inputs on which both agree show that the work of one grows no faster than that of the other.

    Where they then differ, one of them is wrong. What is cheaper on small inputs alone could be so as it is wrong on
    those on which it would cost more.
    """
    mine, its = fit_growth(own), fit_growth(other)
    return mine is not None and its is not None and mine.exponent <= its.exponent + _ALIKE


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
