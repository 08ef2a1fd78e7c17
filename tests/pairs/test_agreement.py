from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.pairs.agreement import _figures, agreement
from codefavor.pairs.comparison import Choice
from codefavor.pairs.majority import majority

CHOICES: tuple[Choice, ...] = ("A", "B", "tie")
STUDIES = st.lists(st.lists(st.sampled_from(CHOICES), min_size=0, max_size=5), min_size=1, max_size=20)


def alpha_by_hand(units: list[list[Choice]]) -> tuple[float, float]:
    """Alpha from the coincidence matrix, pair by pair, as Krippendorff writes it; and pairwise agreement."""
    coincidences: Counter[tuple[str, str]] = Counter()
    weights: dict[tuple[str, str], float] = {}
    for unit in units:
        for first, second in permutations(range(len(unit)), 2):
            place = (unit[first], unit[second])
            weights[place] = weights.get(place, 0.0) + 1 / (len(unit) - 1)
            coincidences[place] += 1
    margins = {one: sum(weight for place, weight in weights.items() if place[0] == one) for one in CHOICES}
    total = sum(margins.values())
    observed = sum(weight for (one, other), weight in weights.items() if one != other)
    expected = sum(margins[one] * margins[other] for one, other in permutations(CHOICES, 2)) / (total - 1)
    same = sum(count for (one, other), count in coincidences.items() if one == other)
    return (1.0 if expected == 0 else 1 - observed / expected, same / sum(coincidences.values()))


@given(STUDIES)
def test_alpha_is_the_one_of_the_coincidence_matrix(units: list[list[Choice]]) -> None:
    result = agreement(units, [str(place) for place in range(len(units))], np.random.default_rng(0), resamples=20)
    answered = [unit for unit in units if len(unit) > 1]
    if not answered:
        assert result is None
        return
    assert result is not None
    alpha, pairwise = alpha_by_hand(answered)
    assert result.alpha.value == pytest.approx(alpha)
    assert result.pairwise.value == pytest.approx(pairwise)
    assert (result.units, result.answers) == (len(answered), sum(map(len, answered)))


def test_alpha_is_the_published_one_of_krippendorffs_example() -> None:
    observers = ("123321412...", "12332241 25.3".replace(" ", ""), ".33323422 51.".replace(" ", ""), "12332441251.")
    columns = [[row[unit] for row in observers if row[unit] != "."] for unit in range(12)]
    counts = np.array([[column.count(str(value)) for value in range(1, 6)] for column in columns if len(column) > 1])
    alphas, _ = _figures(counts.astype(np.float64), np.ones((1, len(counts))))
    assert alphas[0] == pytest.approx(0.743, abs=5e-4)


def test_intervals_are_wider_when_tasks_share_problems() -> None:
    rng = np.random.default_rng(1)
    units: list[list[Choice]] = []
    for _ in range(30):
        agreeing = rng.random() < 0.5
        units += [["A", "A", "A"] if agreeing else ["A", "B", "tie"] for _ in range(4)]
    alone = agreement(units, [str(place) for place in range(120)], np.random.default_rng(0))
    shared = agreement(units, [str(place // 4) for place in range(120)], np.random.default_rng(0))
    assert alone and shared and alone.alpha.value == shared.alpha.value
    widths = [agreement_.pairwise.interval[1] - agreement_.pairwise.interval[0] for agreement_ in (alone, shared)]
    assert widths[1] > 1.5 * widths[0]


@pytest.mark.parametrize(
    ("choices", "expected"),
    [(["tie", "B", "tie"], "B"), (["A", "B", "tie"], "tie"), (["tie"] * 3, "tie"), (["A", "A", "B"], "A")],
)
def test_ties_are_dropped_where_a_side_has_votes(choices: list[Choice], expected: Choice) -> None:
    assert majority(choices) == expected


def test_nobody_has_no_majority() -> None:
    with pytest.raises(ValueError, match="no votes"):
        majority([])
