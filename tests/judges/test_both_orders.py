import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.judges.baseline import FirstJudge, LengthJudge
from codefavor.judges.both_orders import BothOrders, join_orders
from codefavor.pairs.comparison import Choice, Comparison
from codefavor.pairs.criterion import GENERAL_CRITERION
from codefavor.pairs.verdict import Cost, Verdict

SHOWN = Comparison(instruction="add", criterion=GENERAL_CRITERION, code_a="x", code_b="xx")


def answer(choice: Choice | None, prob_a: float | None = None, feedback: str | None = None) -> Verdict:
    return Verdict(
        comparison=SHOWN.digest(),
        judge="j",
        choice=choice,
        prob_a=prob_a,
        feedback=feedback,
        undecided=None if choice else "no answer",
        cost=Cost(seconds=1),
    )


@pytest.mark.parametrize(
    ("straight", "swapped", "joined"),
    [
        (answer("A"), answer("A"), "A"),
        (answer("tie"), answer("tie"), "tie"),
        (answer("A"), answer("B"), None),
        (answer("A"), answer("tie"), None),
        (answer("A"), answer(None), "A"),
        (answer(None), answer("B"), "B"),
        (answer(None), answer(None), None),
        (answer("A", 0.9), answer("B", 0.3), "A"),
        (answer("A", 0.6), answer("B", 0.1), "B"),
        (answer("A", 0.9), answer("B", 1 - 0.9), None),
        (answer("A", 0.9), answer("B"), None),
    ],
)
def test_two_answers_become_one(straight: Verdict, swapped: Verdict, joined: Choice | None) -> None:
    verdict = join_orders(straight, swapped)
    assert verdict.choice == joined
    assert (verdict.undecided is None) == (joined is not None)
    assert verdict.cost == Cost(seconds=2)


def test_probabilities_are_averaged() -> None:
    assert join_orders(answer("A", 0.9), answer("B", 0.3)).prob_a == pytest.approx(0.6)
    assert join_orders(answer("A", 0.9), answer("A")).prob_a is None


def test_feedback_that_names_the_sides_the_other_way_round_is_dropped() -> None:
    assert join_orders(answer("A", feedback="A is good"), answer("A", feedback="B is good")).feedback == "A is good"
    assert join_orders(answer(None), answer("B", feedback="A is good")).feedback is None
    assert join_orders(answer("A", feedback="A is good"), answer("B")).feedback is None


def test_a_position_bias_is_undone_and_a_preference_is_kept() -> None:
    (biased,) = BothOrders(FirstJudge()).judge([SHOWN])
    assert biased.choice is None and biased.undecided == "the two orders disagree"
    (kept,) = BothOrders(LengthJudge("shorter")).judge([SHOWN])
    assert kept.choice == "A" and kept.judge == "shorter (both orders)" and kept.comparison == SHOWN.digest()


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_joined_verdict_does_not_depend_on_which_order_came_first(first: float, second: float) -> None:
    one, two = answer("A" if first > 0.5 else "B", first), answer("A" if second > 0.5 else "B", second)
    assert join_orders(one, two).choice == join_orders(two, one).choice
