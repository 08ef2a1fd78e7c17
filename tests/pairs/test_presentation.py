import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import GENERAL_CRITERION, VERIFIABLE_ASPECTS, Aspect, Criterion, criterion_for
from codefavor.pairs.presentation import CommentPolicy, group_alike, present, present_pair
from codefavor.train.preprocess import preprocess
from made_pairs import make_pair

REMARK = "def f():\n    # the best\n    return 1"
BROKEN = "print 'old'  # the best"
JAVASCRIPT = "const f = () => 1; // the best"
CRITERIA = [*(criterion_for(aspect) for aspect in Aspect), GENERAL_CRITERION, Criterion(text="More idiomatic.")]
CODES = st.sampled_from(
    [
        *(REMARK, "def f():\n    return 1", "def f():\n    return 1\n", "def f():\n    return 2  # two", BROKEN),
        *("print 'old'", JAVASCRIPT, "const f = () => 1;", "def f(:", ""),
    ]
)
POLICIES: list[CommentPolicy] = ["stripped", "kept"]


def make_comparison(criterion: Criterion, code_b: str = REMARK) -> Comparison:
    return Comparison(instruction="one", criterion=criterion, code_a=REMARK, code_b=code_b)


@pytest.mark.parametrize("aspect", VERIFIABLE_ASPECTS)
def test_comments_are_stripped_from_both_candidates_of_verifiable_aspects(aspect: Aspect) -> None:
    presented = present(make_comparison(criterion_for(aspect)), "stripped")
    assert "best" not in presented.comparison.code_a + presented.comparison.code_b and presented.kept is None


@pytest.mark.parametrize("criterion", [criterion_for(Aspect.HUMAN_PREFERENCE), GENERAL_CRITERION])
def test_comments_are_kept_for_other_criteria(criterion: Criterion) -> None:
    assert present(make_comparison(criterion), "stripped").comparison == make_comparison(criterion)


def test_comments_are_kept_by_the_policy() -> None:
    comparison = make_comparison(criterion_for(Aspect.SECURITY))
    assert present(comparison, "kept").comparison == comparison


def test_both_keep_theirs_when_one_does_not_parse() -> None:
    comparison = make_comparison(criterion_for(Aspect.SECURITY), BROKEN)
    presented = present(comparison, "stripped")
    assert presented.comparison == comparison and presented.kept and presented.kept.startswith("B: ")


def test_any_known_language_is_stripped_and_an_unknown_one_says_so() -> None:
    comparison = Comparison(
        instruction="one",
        criterion=criterion_for(Aspect.SECURITY),
        code_a=JAVASCRIPT,
        code_b="let g = 2; /* the best */",
        language="JS",
    )
    assert comparison.language == "javascript"
    assert "best" not in present(comparison, "stripped").comparison.code_a
    unknown = present(comparison.model_copy(update={"language": "haskell"}), "stripped")
    assert unknown.comparison.code_a == JAVASCRIPT and unknown.kept == (
        "A: comments of haskell are not known; B: comments of haskell are not known"
    )


@given(
    codes=st.tuples(CODES, CODES).filter(lambda codes: codes[0] != codes[1]),
    criterion=st.sampled_from(CRITERIA),
    language=st.sampled_from(["python", "javascript", "cpp", "haskell"]),
    comments=st.sampled_from(POLICIES),
)
def test_training_sees_exactly_what_judging_sees(
    codes: tuple[str, str], criterion: Criterion, language: str, comments: CommentPolicy
) -> None:
    pair = make_pair(codes[0], codes[1], criterion, instruction="one", language=language)
    judged = present(pair.present("B").comparison, comments).comparison
    (*pairs,) = preprocess([pair], comments)
    assert [(one.rejected, one.chosen) for one in pairs] == (
        [] if judged.code_a == judged.code_b else [(judged.code_a, judged.code_b)]
    )


@given(
    codes=st.lists(CODES, min_size=1, max_size=6),
    criterion=st.sampled_from(CRITERIA),
    comments=st.sampled_from(POLICIES),
)
def test_candidates_are_grouped_as_a_judge_tells_them_apart(
    codes: list[str], criterion: Criterion, comments: CommentPolicy
) -> None:
    groups = group_alike(codes, criterion, "python", comments)
    assert sorted(index for group in groups for index in group) == list(range(len(codes)))
    place = {index: number for number, group in enumerate(groups) for index in group}
    for first in range(len(codes)):
        for second in range(len(codes)):
            comparison = Comparison(instruction="", criterion=criterion, code_a=codes[first], code_b=codes[second])
            judged = present(comparison, comments).comparison
            assert (judged.code_a == judged.code_b) == (place[first] == place[second])


def test_a_docstring_is_a_difference_of_human_preference() -> None:
    preferred = make_pair(
        'def f():\n    """One."""\n    return 1', "def f():\n    return 1", Aspect.HUMAN_PREFERENCE, instruction=""
    )
    assert present_pair(preferred, "stripped") == preferred
    correct = preferred.model_copy(update={"criterion": criterion_for(Aspect.CORRECTNESS)})
    assert present_pair(correct, "stripped") is None
