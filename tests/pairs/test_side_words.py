"""Words about two candidates with the sides exchanged: what names a side is, and no text claims the wrong one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.pairs.side_words import exchange_sides

NOTE = "[A and B are exchanged in this text: "

EXCHANGED = [
    ("Code A is better than code B.", "Code B is better than code A."),
    ("Contributions in logits: the examples (for A, 0.53).", "Contributions in logits: the examples (for B, 0.53)."),
    ("I prefer candidate B", "I prefer candidate A"),
    ("Code B's loop is slower than code A's.", "Code A's loop is slower than code B's."),
    ("<code_a> reads less than <code_b>", "<code_b> reads less than <code_a>"),
    ("Both code A and code B pass; the latter is slower.", "Both code B and code A pass; the latter is slower."),
]
LEFT_ALONE = ["It raises AttributeError.", "A1 and class_b stay.", ""]
UNCERTAIN = [
    "A shell is started.",
    "A never ends.",
    "B really ends",
    "counted work A/B 0.50",
    "Use 'A' or `B`.",
    '"A" is better',
    "**A** loops forever",
    'The winner is candidate "A".',
    "the code a is better",
    "The first solution is better.",
    "The second is shorter",
    "Solution 1 wins",
    "matrix A is inverted",
    "code A(x) is called",
]
CLAIMS = [
    *(
        "code {} is better",
        "{} wins",
        "{}: shorter",
        "prefer {} because of the loop",
        "{}'s output is right",
        "only {}",
    ),
    *(
        "{} simply returns",
        "**{}** is faster",
        '"{}" is better',
        "candidate '{}' fails",
        "thread {} waits",
        "{} first sorts",
    ),
    *("neither {} nor the other", "({})", "than {}", "{} -> 3", "grade {} work", "not {}", "class {}:"),
]


@pytest.mark.parametrize(("text", "other"), EXCHANGED)
def test_sides_are_exchanged_and_back(text: str, other: str) -> None:
    assert exchange_sides(text) == other
    assert exchange_sides(other) == text


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_names_no_side_is_left_alone(text: str) -> None:
    assert exchange_sides(text) == text


@pytest.mark.parametrize("text", UNCERTAIN)
def test_what_may_name_a_side_is_kept_in_a_note(text: str) -> None:
    assert exchange_sides(text) == f"{NOTE}{text}]"
    assert exchange_sides(f"{NOTE}{text}]") == text


WORDS = st.sampled_from(
    ["A", "B", "code", "a", "is", "than", "the first", "'A'", "loop", ".", ",", "(", ")", "**", NOTE, "]"]
)


@given(st.lists(WORDS, max_size=12).map(" ".join) | st.text("AB ab.,:'codethn[]", max_size=30))
def test_exchanging_twice_changes_nothing(text: str) -> None:
    assert exchange_sides(exchange_sides(text)) == text


@given(st.lists(st.tuples(st.sampled_from(CLAIMS), st.sampled_from("AB")), min_size=1, max_size=4))
def test_no_text_claims_the_wrong_side(claims: list[tuple[str, str]]) -> None:
    text = "; ".join(claim.format(side) for claim, side in claims)
    other = "; ".join(claim.format({"A": "B", "B": "A"}[side]) for claim, side in claims)
    assert exchange_sides(text) in (other, f"{NOTE}{text}]")
