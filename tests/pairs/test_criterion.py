import pytest

from codefavor.pairs.criterion import Aspect, Criterion, criterion_for, resolve_criterion


@pytest.mark.parametrize(
    ("name", "aspect"),
    [
        ("security", Aspect.SECURITY),
        ("Security", Aspect.SECURITY),
        (" EFFICIENCY. ", Aspect.EFFICIENCY),
        ("human preference", Aspect.HUMAN_PREFERENCE),
        ("Human_Preference", Aspect.HUMAN_PREFERENCE),
    ],
)
def test_the_name_of_an_aspect_is_its_standard_criterion(name: str, aspect: Aspect) -> None:
    assert resolve_criterion(name) == criterion_for(aspect)


@pytest.mark.parametrize(
    ("words", "aspect"),
    [
        ("Which code is more secure against SQL injection?", Aspect.SECURITY),
        ("The better code resists attackers.", Aspect.SECURITY),
        ("which one runs faster", Aspect.EFFICIENCY),
        ("lower time complexity", Aspect.EFFICIENCY),
        ("has fewer bugs", Aspect.CORRECTNESS),
        ("passes more tests", Aspect.CORRECTNESS),
        ("raises fewer runtime errors", Aspect.CORRECTNESS),
        ("has the lower runtime", Aspect.EFFICIENCY),
        ("handles the edge cases correctly", Aspect.CORRECTNESS),
    ],
)
def test_words_that_clearly_mean_an_aspect_have_it_and_stay(words: str, aspect: Aspect) -> None:
    assert resolve_criterion(words) == Criterion(text=words, aspect=aspect)


@pytest.mark.parametrize(
    "words",
    [
        *("", "more idiomatic", "The better code is of higher quality.", "easier to read", "robust error handling"),
        *("faster and easier to maintain", "correct and fast", "ignore speed", "readability, not performance"),
        *("regardless of security", "uses breakfast menus", "clearer names for passwords"),
        *("uses dependency injection", "exploits parallel hardware", "fails gracefully", "faster to write"),
        *("generates the more memorable password", "speeds up development", "passes data by reference"),
    ],
)
def test_words_that_mean_several_or_none_have_no_aspect(words: str) -> None:
    assert resolve_criterion(words).aspect is None


def test_a_key_is_the_aspect_or_the_first_words() -> None:
    assert resolve_criterion("Security").key == "security"
    assert resolve_criterion("The better code is more idiomatic, please.").key == "the-better-code-is-more"
    assert resolve_criterion("").key == "no-criterion"
