import pytest

from codefavor.evolve.filters import PairFilter
from codefavor.evolve.prompts.naming import name_codes, names_a_code
from codefavor.evolve.protocol import Discard
from codefavor.pairs.criterion import Criterion
from codefavor.pairs.pair import PreferencePair
from made_pairs import make_pair

GOOD = "def total(items):\n    # at once\n    return sum(items)"
BAD = "def total(items):\n    return sum(list(items))"


def pair(**changes: str) -> PreferencePair:
    return make_pair(
        changes.get("chosen", GOOD),
        changes.get("rejected", BAD),
        Criterion(text="fast"),
        instruction=changes.get("instruction", "Write `total(items)` that adds up."),
    )


def test_a_sound_pair_is_kept_as_it_is() -> None:
    assert PairFilter(comments="keep").check(pair()) == pair()


def test_comments_are_stripped_by_policy() -> None:
    kept = PairFilter(comments="strip").check(pair())
    assert isinstance(kept, PreferencePair)
    assert "at once" not in kept.chosen


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"chosen": "def total(:"}, "the chosen code does not parse"),
        ({"rejected": "def total(:"}, "the rejected code does not parse"),
        ({"rejected": GOOD.replace("    # at once\n", "")}, "differ in nothing but comments"),
        ({"rejected": "# nothing"}, "holds no code"),
        ({"rejected": BAD.replace("total", "other")}, "the rejected code does not define the name"),
    ],
)
def test_an_unsound_pair_is_dropped_with_the_reason(changes: dict[str, str], reason: str) -> None:
    dropped = PairFilter(comments="keep").check(pair(**changes))
    assert isinstance(dropped, Discard)
    assert reason in dropped.reason


def test_names_need_not_match_when_not_asked() -> None:
    other = pair(rejected=BAD.replace("total", "other"))
    assert PairFilter(comments="keep", requires_name=False).check(other) == other


@pytest.mark.parametrize(
    ("feedback", "named"),
    [
        ("The improved code is faster than the naive code.", "The chosen code is faster than the rejected code."),
        ("[IMPROVED_CODE] beats [NAIVE_CODE].", "The chosen code beats the rejected code."),
        ("Attempt 2 is safe. The draft is not.", "The chosen code is safe. The rejected code is not."),
        ("The chosen code wins over the rejected code.", "The chosen code wins over the rejected code."),
        ("It is shorter.", "It is shorter."),
    ],
)
def test_feedback_names_the_codes_as_judges_do(feedback: str, named: str) -> None:
    assert name_codes(feedback) == named
    assert names_a_code(named) is ("code" in named)
