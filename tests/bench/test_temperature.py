import math
import random

import pytest

from codefavor.bench.abstention import certify_abstention
from codefavor.bench.reliability import reliability_of
from codefavor.bench.results import TaskVerdict
from codefavor.bench.scoring import joined
from codefavor.bench.temperature import at_temperature, cross_fitted, fit_temperature, raw_rows
from codefavor.errors import DataError
from codefavor.judges.probability import logit, sigmoid
from codefavor.pairs.comparison import Side
from codefavor.pairs.split import in_first
from codefavor.pairs.verdict import Verdict

TOO_SURE = 4.0
"""By how much the planted judge overstates its logits."""


def verdict(margin: float) -> Verdict:
    side: Side = "A" if margin > 0 else "B"
    return Verdict(comparison="c", judge="j", choice=side, prob_a=sigmoid(margin))


def planted(count: int, bias: float = 0.0, pull: float = 1.0) -> list[TaskVerdict]:
    """Return answers that are right as often as their logits over TOO_SURE say, shifted by `bias` towards A."""
    rng = random.Random(0)
    rows = []
    for number in range(count):
        true = pull * rng.uniform(0, 3)
        label: Side = rng.choice(("A", "B"))
        is_right = rng.random() < sigmoid(true)
        margin = TOO_SURE * true * (1 if is_right == (label == "A") else -1)
        rows.append(
            TaskVerdict(
                task=str(number),
                aspect="security",
                group=str(number // 2),
                label=label,
                given=verdict(margin + bias),
                swapped=verdict(margin - bias),
            )
        )
    return rows


def test_a_judge_that_is_too_sure_is_mended_and_answers_as_before() -> None:
    rows = planted(4000)
    temperature = fit_temperature(rows)
    assert temperature == pytest.approx(TOO_SURE, rel=0.1)
    before, after = reliability_of(rows), reliability_of(at_temperature(rows, temperature))
    assert before and after and after.error < 0.03 < 0.1 < before.error
    held = reliability_of(cross_fitted(rows, seed=0))
    assert held and held.error < 0.05 and held.tasks == before.tasks


def test_what_a_split_held_out_is_halved_again() -> None:
    held_out = [row for row in planted(4000) if not in_first(row.group, 0.9, seed=0)]
    assert len(cross_fitted(held_out, seed=0)) == len(held_out) > 100


@pytest.mark.parametrize("bias", [0.0, 2.0])
def test_no_answer_changes_whatever_the_temperature(bias: float) -> None:
    rows = planted(500, bias)
    for temperature in (0.5, 7.0):
        changed = at_temperature(rows, temperature)
        assert [joined(row).choice for row in changed] == [joined(row).choice for row in rows]
        back = raw_rows(changed, temperature)
        assert [row.given.prob_a for row in back] == pytest.approx([row.given.prob_a for row in rows], rel=1e-3)


def test_exchanged_sides_get_the_same_temperature() -> None:
    rows = planted(500, bias=1.0)
    exchanged = [
        row.model_copy(update={"given": row.swapped, "swapped": row.given, "label": row.label}) for row in rows
    ]
    assert fit_temperature(exchanged) == pytest.approx(fit_temperature(rows))


def test_what_was_held_back_is_decided_again() -> None:
    row = planted(1)[0]
    held_back = row.given.model_copy(update={"choice": None, "undecided": "not sure enough"})
    assert at_temperature([row.model_copy(update={"given": held_back})], 1.0)[0].given.choice == row.given.choice


def test_a_judge_that_is_never_wrong_gets_a_finite_temperature() -> None:
    rows = [row.model_copy(update={"label": row.given.choice}) for row in planted(300)]
    assert 0 < fit_temperature(rows) < 10


def test_too_few_pairs_and_judges_at_chance_are_refused() -> None:
    with pytest.raises(DataError, match="20 held-out pairs were answered"):
        fit_temperature(planted(20))
    wrong: dict[str, Side] = {"A": "B", "B": "A"}
    with pytest.raises(DataError, match="no better than chance"):
        fit_temperature([row.model_copy(update={"label": wrong[row.label]}) for row in planted(300)])


def test_logits_come_back_from_probabilities() -> None:
    for value in (-30.0, -1.5, 0.0, 1e-9, 2.0, 30.0):
        assert logit(sigmoid(value)) == pytest.approx(value, rel=1e-2, abs=1e-12)
    assert math.isfinite(logit(1.0)) and logit(0.0) == -logit(1.0)


def test_the_threshold_keeps_the_error_of_fresh_answers_under_the_target() -> None:
    rows = at_temperature(planted(8000, pull=2.0), TOO_SURE)
    kept = certify_abstention(rows[:4000], target=0.1, delta=0.05, seed=1)
    assert kept.errors / kept.answered <= kept.max_error <= 0.1
    fresh = [row for row in rows[4000:] if max(row.given.prob_a or 0, 1 - (row.given.prob_a or 0)) >= kept.below]
    wrong = sum(row.given.choice != row.label for row in fresh)
    assert 0.05 < wrong / len(fresh) <= 0.11 and 0.5 < len(fresh) / 4000 < 1


def test_a_target_that_nothing_holds_is_refused() -> None:
    with pytest.raises(DataError, match="no confidence keeps the error under 0.01"):
        certify_abstention(planted(100, pull=0.1), target=0.01, delta=0.1, seed=0)
