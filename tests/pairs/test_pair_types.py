import pytest
from hypothesis import given
from hypothesis import strategies as st
from pair_strategies import comparisons, evidences, make_pair, pairs, texts
from pydantic import ValidationError

from codefavor.pairs.comparison import Comparison, LabeledComparison, other_side
from codefavor.pairs.criterion import VERIFIABLE_ASPECTS, Aspect, criterion_for
from codefavor.pairs.evidence import Evidence
from codefavor.pairs.pair import PreferencePair
from codefavor.pairs.verdict import Cost, Verdict


@given(comparisons)
def test_swapping_twice_changes_nothing(comparison: Comparison) -> None:
    swapped = comparison.swapped()
    assert (swapped.code_a, swapped.code_b) == (comparison.code_b, comparison.code_a)
    assert swapped.swapped() == comparison
    assert (swapped.digest() == comparison.digest()) == (comparison.code_a == comparison.code_b)


@given(comparisons, st.sampled_from(["A", "B"]))
def test_a_swapped_task_keeps_its_better_code(comparison: Comparison, label: str) -> None:
    task = LabeledComparison.model_validate({"id": "t", "comparison": comparison, "label": label, "group": "g"})
    swapped = task.swapped()
    assert better_code(swapped) == better_code(task)
    assert swapped.label == other_side(task.label)
    assert swapped.swapped() == task


def better_code(task: LabeledComparison) -> str:
    return task.comparison.code_a if task.label == "A" else task.comparison.code_b


@given(
    comparisons,
    st.sampled_from(["A", "B", "tie", None]),
    st.none() | st.floats(0, 1),
    st.none() | evidences,
)
def test_a_verdict_on_the_swapped_says_the_same_of_the_shown(
    original: Comparison, choice: str | None, prob_a: float | None, evidence: Evidence | None
) -> None:
    verdict = Verdict.model_validate(
        {
            "comparison": original.swapped().digest(),
            "judge": "j",
            "choice": choice,
            "prob_a": prob_a,
            "evidence": evidence,
            "undecided": None if choice else "no reason",
        }
    )
    turned = verdict.for_swapped(original)
    assert turned.comparison == original.digest()
    assert turned.choice == {"A": "B", "B": "A", "tie": "tie", None: None}[choice]
    assert turned.undecided == verdict.undecided
    assert prob_a is None or turned.prob_a == pytest.approx(1 - prob_a)
    back = turned.for_swapped(original.swapped())
    assert (back.choice, back.evidence, back.comparison) == (verdict.choice, verdict.evidence, verdict.comparison)


@pytest.mark.parametrize(("choice", "undecided"), [(None, None), ("A", "a reason"), ("tie", "a reason")])
def test_a_verdict_has_a_choice_or_a_reason(choice: str | None, undecided: str | None) -> None:
    with pytest.raises(ValidationError, match="either a choice or the reason"):
        Verdict.model_validate({"comparison": "c", "judge": "j", "choice": choice, "undecided": undecided})


@pytest.mark.parametrize("choice", ["a", "C", 0, 1, -1])
def test_a_choice_is_a_letter_or_a_tie(choice: object) -> None:
    with pytest.raises(ValidationError):
        Verdict.model_validate({"comparison": "c", "judge": "j", "choice": choice})


def test_costs_add_up() -> None:
    cost = Cost(seconds=1, input_tokens=2, output_tokens=3, dollars=0.5)
    assert cost.plus(cost) == Cost(seconds=2, input_tokens=4, output_tokens=6, dollars=1)


def test_equal_codes_are_no_pair() -> None:
    with pytest.raises(ValidationError, match="nothing can be preferred"):
        make_pair(chosen="x", rejected="x")


@given(pairs)
def test_a_pair_is_presented_on_either_side(pair: PreferencePair) -> None:
    at_a, at_b = pair.present("A"), pair.present("B")
    assert better_code(at_a) == better_code(at_b) == pair.chosen
    assert at_a.swapped() == at_b
    assert at_a.id == pair.id and at_a.group == pair.provenance.group


@given(pairs, texts)
def test_a_pair_keeps_its_id_when_only_its_origin_changes(pair: PreferencePair, source: str) -> None:
    moved = pair.model_copy(update={"provenance": pair.provenance.model_copy(update={"source": source})})
    assert moved.id == pair.id
    assert pair.model_copy(update={"chosen": f"{pair.chosen} "}).id != pair.id


def test_three_aspects_are_verifiable() -> None:
    assert set(Aspect) - set(VERIFIABLE_ASPECTS) == {Aspect.HUMAN_PREFERENCE}
    texts_of_aspects = {criterion_for(aspect).text for aspect in Aspect}
    assert len(texts_of_aspects) == len(Aspect)
    assert all(criterion_for(aspect).aspect is aspect for aspect in Aspect)
