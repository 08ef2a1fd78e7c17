import pytest

from codefavor.judges.comments import with_comments
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import GENERAL_CRITERION, VERIFIABLE_ASPECTS, Aspect, Criterion, criterion_for

REMARK = "def f():\n    # the best\n    return 1"
BROKEN = "print 'old'  # the best"


def compare(criterion: Criterion, code_b: str = REMARK) -> Comparison:
    return Comparison(instruction="one", criterion=criterion, code_a=REMARK, code_b=code_b)


@pytest.mark.parametrize("aspect", VERIFIABLE_ASPECTS)
def test_comments_are_stripped_from_both_candidates_of_verifiable_aspects(aspect: Aspect) -> None:
    shown = with_comments(compare(criterion_for(aspect)), "stripped")
    assert "best" not in shown.comparison.code_a + shown.comparison.code_b and not shown.unparsed


@pytest.mark.parametrize("criterion", [criterion_for(Aspect.HUMAN_PREFERENCE), GENERAL_CRITERION])
def test_comments_are_kept_for_other_criteria(criterion: Criterion) -> None:
    assert with_comments(compare(criterion), "stripped").comparison == compare(criterion)


def test_comments_are_kept_when_asked() -> None:
    asked = compare(criterion_for(Aspect.SECURITY))
    assert with_comments(asked, "kept").comparison == asked


def test_both_keep_theirs_when_one_does_not_parse_or_is_not_python() -> None:
    asked = compare(criterion_for(Aspect.SECURITY), BROKEN)
    shown = with_comments(asked, "stripped")
    assert shown.comparison == asked and shown.unparsed
    foreign = compare(criterion_for(Aspect.SECURITY)).model_copy(update={"language": "c"})
    assert with_comments(foreign, "stripped").comparison == foreign
