"""Words about two candidates with the sides exchanged: what names a side is, and nothing else."""

import pytest

from codefavor.pairs.side_words import exchange_sides

EXCHANGED = [
    ("Code A is better than code B.", "Code B is better than code A."),
    (
        "A fails 1 of 2 worked examples: f('A') should give 'B'.",
        "B fails 1 of 2 worked examples: f('A') should give 'B'.",
    ),
    ("Only B goes wrong; A and B differ.", "Only A goes wrong; B and A differ."),
    ("What spoke: the examples (for A, 0.53).", "What spoke: the examples (for B, 0.53)."),
    ("counted work A/B 0.50", "counted work B/A 0.50"),
    ("I prefer candidate B", "I prefer candidate A"),
    ("B's loop is slower than A's.", "A's loop is slower than B's."),
    ("<code_a> reads less than <code_b>", "<code_b> reads less than <code_a>"),
]
LEFT_ALONE = [
    "A shell is started. A longer loop costs more.",
    "Use 'A' or `B`; class B(A) and plan.B stay, so does B1.",
    "It raises AttributeError.",
    "",
]


@pytest.mark.parametrize(("text", "other"), EXCHANGED)
def test_sides_are_exchanged_and_back(text: str, other: str) -> None:
    assert exchange_sides(text) == other
    assert exchange_sides(other) == text


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_names_no_side_is_left_alone(text: str) -> None:
    assert exchange_sides(text) == text
