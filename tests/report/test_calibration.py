import pytest
from report_results import make_run

from codefavor.bench.reliability import reliability_of
from codefavor.bench.results import TaskVerdict
from codefavor.pairs.comparison import Side
from codefavor.pairs.verdict import Verdict
from codefavor.report.calibration import draw_reliability


def row(prob_a: float | None, label: Side) -> TaskVerdict:
    choice: Side = "A" if prob_a is None or prob_a > 0.5 else "B"
    verdict = Verdict(comparison="c", judge="j", choice=choice, prob_a=prob_a)
    return TaskVerdict(task="t", aspect="security", group="g", label=label, given=verdict)


def test_the_error_is_the_mean_gap() -> None:
    found = reliability_of([row(0.92, "A"), row(0.08, "A"), row(0.6, "A"), row(None, "A")])
    assert found is not None
    # Two answers of 92% of which one is right, one of 60% that is right.
    assert found.tasks == 3 and found.error == pytest.approx((2 * 0.42 + 0.4) / 3)
    assert [each.tasks for each in found.bins] == [1, 2]


def test_calling_the_sides_otherwise_changes_nothing() -> None:
    rows = make_run("careful", 0.3).rows
    swapped = [row(1 - (each.given.prob_a or 0), "B" if each.label == "A" else "A") for each in rows]
    one, other = reliability_of(rows), reliability_of(swapped)
    assert one and other and one.error == pytest.approx(other.error)


def test_without_probabilities_there_is_no_calibration() -> None:
    assert reliability_of([row(None, "A")]) is None


def test_certainty_fits_in_the_last_bin() -> None:
    found = reliability_of([row(1.0, "A"), row(0.0, "B")])
    assert found and found.error == 0 and draw_reliability("<j>", found).count('class="dot"') == 1
