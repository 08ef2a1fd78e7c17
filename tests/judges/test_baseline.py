from hypothesis import given
from hypothesis import strategies as st

from codefavor.judges.baseline import ChanceJudge, FirstJudge, LengthJudge
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import GENERAL_CRITERION


def compare(code_a: str, code_b: str) -> Comparison:
    return Comparison(instruction="add", criterion=GENERAL_CRITERION, code_a=code_a, code_b=code_b)


def test_lengths_decide_and_equal_lengths_do_not() -> None:
    comparisons = [compare("x", "xx"), compare("xx", "x"), compare("x", "y")]
    shorter, longer = LengthJudge("shorter").judge(comparisons), LengthJudge("longer").judge(comparisons)
    assert [verdict.choice for verdict in shorter] == ["A", "B", None]
    assert [verdict.choice for verdict in longer] == ["B", "A", None]
    assert shorter[2].undecided == "equal length"


@given(st.text(), st.text())
def test_length_judges_have_no_position_bias(code_a: str, code_b: str) -> None:
    comparison = compare(code_a, code_b)
    for judge in (LengthJudge("shorter"), LengthJudge("longer")):
        straight, swapped = judge.judge([comparison, comparison.swapped()])
        assert swapped.for_swapped(comparison) == straight


def test_chance_is_fair_and_depends_on_seed_and_comparison_only() -> None:
    comparisons = [compare(str(n), "b") for n in range(400)]
    verdicts = ChanceJudge(3).judge(comparisons)
    assert 150 < sum(verdict.choice == "A" for verdict in verdicts) < 250
    assert ChanceJudge(3).judge(comparisons[::-1]) == verdicts[::-1]
    assert [v.choice for v in ChanceJudge(4).judge(comparisons)] != [v.choice for v in verdicts]


def test_first_always_prefers_a() -> None:
    assert {verdict.choice for verdict in FirstJudge().judge([compare("x", "y"), compare("y", "x")])} == {"A"}
