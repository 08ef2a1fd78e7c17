import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.errors import ModelError, UserError
from codefavor.judges.both_orders import BothOrders
from codefavor.judges.cascade import CascadeJudge, Stage, confidence
from codefavor.judges.cascade_card import CascadeCard, CascadeStage, read_cascade
from codefavor.judges.load import judge_files, load_judge
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.verdict import Cost, Verdict


class Table:
    """A judge that knows the probability of each pair of codes, and counts what it was asked."""

    def __init__(self, name: str, known: dict[str, float | None], cost: float = 1.0) -> None:
        self.name = name
        self._known = known
        self._cost = cost
        self.asked: list[str] = []

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        return [self._judge(comparison) for comparison in comparisons]

    def _judge(self, comparison: Comparison) -> Verdict:
        self.asked.append(comparison.code_a)
        better_first = self._known[min(comparison.code_a, comparison.code_b)]
        cost = Cost(seconds=self._cost)
        if better_first is None:
            return Verdict(comparison=comparison.digest(), judge=self.name, undecided="silent", cost=cost)
        prob_a = better_first if comparison.code_a < comparison.code_b else 1 - better_first
        choice = "A" if prob_a > 0.5 else "B"
        return Verdict(comparison=comparison.digest(), judge=self.name, choice=choice, prob_a=prob_a, cost=cost)  # type: ignore[arg-type]


def pair(name: str, swapped: bool = False) -> Comparison:
    comparison = Comparison(
        instruction="do", criterion=criterion_for(Aspect.CORRECTNESS), code_a=name, code_b=f"{name} worse"
    )
    return comparison.swapped() if swapped else comparison


CHEAP = {"x = 1": 0.97, "x = 2": 0.6, "x = 3": None}
DEAR: dict[str, float | None] = {"x = 1": 0.1, "x = 2": 0.2, "x = 3": 0.55}


def cascade() -> tuple[CascadeJudge, Table, Table]:
    cheap, dear = Table("cheap", CHEAP, 1.0), Table("dear", DEAR, 10.0)
    return CascadeJudge("cascade:x", [Stage("cheap", cheap, 0.9), Stage("dear", dear, 0.7)]), cheap, dear


def test_each_stage_answers_what_it_is_sure_of_and_costs_add_up() -> None:
    judge, cheap, dear = cascade()
    first, second, third = judge.judge([pair("x = 1"), pair("x = 2"), pair("x = 3")])
    assert (first.choice, first.stage, first.prob_a) == ("A", "cheap", 0.97)
    assert (second.choice, second.stage) == ("B", "dear")
    assert second.feedback is not None and "stage 2 of 2, dear, with confidence 0.80" in second.feedback
    assert (
        third.choice is None and third.undecided == "no stage is sure enough: cheap (0.00 of 0.90), dear (0.55 of 0.70)"
    )
    assert [verdict.cost.seconds for verdict in (first, second, third) if verdict.cost] == [1.0, 11.0, 11.0]
    assert (len(cheap.asked), len(dear.asked)) == (3, 2)


def test_the_other_order_is_not_asked_again_nor_paid_twice() -> None:
    judge, cheap, _ = cascade()
    (joined,) = BothOrders(judge).judge([pair("x = 1")])
    assert joined.choice == "A" and joined.cost is not None and joined.cost.seconds == 1.0
    assert len(cheap.asked) == 1


@given(st.lists(st.tuples(st.sampled_from(sorted(CHEAP)), st.booleans()), max_size=6))
def test_exchanging_candidates_exchanges_the_answer(rows: list[tuple[str, bool]]) -> None:
    compared = [pair(name, swapped) for name, swapped in rows]
    straight = cascade()[0].judge(compared)
    turned = cascade()[0].judge([comparison.swapped() for comparison in compared])
    for comparison, one, other in zip(compared, straight, turned, strict=True):
        assert one.comparison == comparison.digest()
        back = other.for_swapped(comparison)
        assert (one.choice, one.stage) == (back.choice, back.stage)
        assert one.prob_a == pytest.approx(back.prob_a)


def test_confidence_is_that_of_the_side_named() -> None:
    def verdict(**fields: object) -> Verdict:
        return Verdict.model_validate({"comparison": "c", "judge": "j", **fields})

    assert confidence(verdict(choice="B", prob_a=0.25)) == 0.75
    assert confidence(verdict(choice="A")) == 1.0
    assert confidence(verdict(choice="tie", prob_a=0.5)) == 0.0
    assert confidence(verdict(undecided="why", prob_a=0.9)) == 0.0


def test_a_stage_that_never_answers_is_not_asked() -> None:
    cheap, dear = Table("cheap", CHEAP), Table("dear", DEAR)
    judge = CascadeJudge("c", [Stage("cheap", cheap, None), Stage("dear", dear, 0.7)])
    assert judge.judge([pair("x = 1")])[0].stage == "dear"
    assert not cheap.asked


def test_a_cascade_of_specs_is_loaded_and_judges(tmp_path: Path) -> None:
    judge = load_judge("cascade:shorter>longer")
    (verdict,) = judge.judge([pair("x = 1")])
    assert (verdict.choice, verdict.stage) == ("A", "shorter")
    card = CascadeCard(
        stages=(CascadeStage(spec="shorter", threshold=None), CascadeStage(spec="longer", threshold=0.5))
    )
    file = tmp_path / "cascade.json"
    file.write_text(card.model_dump_json(), encoding="utf-8")
    assert load_judge(f"cascade:{file}").judge([pair("x = 1")])[0].stage == "longer"
    assert judge_files(f"cascade:{file}") == (file,)
    assert judge_files("cascade:shorter>longer") == ()


def test_what_is_no_cascade_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a stage without a judge"):
        read_cascade("shorter>")
    with pytest.raises(ModelError, match="calibrate-cascade"):
        load_judge(f"cascade:{tmp_path / 'none.json'}")
    (tmp_path / "c.json").write_text(json.dumps({"stages": []}), encoding="utf-8")
    with pytest.raises(ModelError, match="not a cascade"):
        load_judge(f"cascade:{tmp_path / 'c.json'}")
