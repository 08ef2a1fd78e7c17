import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.syntax.diff import around_difference, side_by_side, unified_diff

texts = st.lists(st.sampled_from(["a", "b", "    c", ""]), max_size=8).map("\n".join)


@given(texts, texts)
def test_each_side_keeps_all_its_lines_in_order(left: str, right: str) -> None:
    rows = side_by_side(left, right)
    assert [row.left for row in rows if row.left is not None] == left.splitlines()
    assert [row.right for row in rows if row.right is not None] == right.splitlines()
    assert all((row.left == row.right) == (row.kind == "same") for row in rows)
    assert [row.left_number for row in rows if row.left_number] == list(range(1, len(left.splitlines()) + 1))


@given(texts, texts)
def test_a_unified_diff_is_empty_only_for_equal_lines(left: str, right: str) -> None:
    assert (unified_diff(left, right) == "") == (left.splitlines() == right.splitlines())


def test_kinds_say_where_a_line_is() -> None:
    rows = side_by_side("a\nb\nc", "a\nB\nc\nd")
    assert [row.kind for row in rows] == ["same", "changed", "same", "added"]
    assert [row.kind for row in side_by_side("a\nb", "b")] == ["removed", "same"]


def test_a_unified_diff_reads_as_usual() -> None:
    assert unified_diff("a\nb", "a\nc", "rejected", "chosen") == (
        "--- rejected\n+++ chosen\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    )


@pytest.mark.parametrize(
    ("one", "other", "context", "expected"),
    [
        ("a\nb\nc\nd\ne\n", "a\nb\nX\nd\ne\n", 1, ("b\nc\nd\n", "b\nX\nd\n")),
        ("a\nb\nc\nd", "a\nd", 0, ("b\nc\n", "")),
        ("a\na\na\n", "a\na\n", 1, ("a\na\n", "a\n")),
        ("a\nb", "a\nb", 1, ("b", "b")),
        ("a", "b", 5, ("a", "b")),
        ("", "b", 5, ("", "b")),
    ],
)
def test_what_is_common_at_both_ends_is_left_out(one: str, other: str, context: int, expected: tuple[str, str]) -> None:
    assert around_difference(one, other, context) == expected


@given(texts, texts)
def test_enough_context_leaves_nothing_out_and_exchanging_exchanges(one: str, other: str) -> None:
    assert around_difference(one, other, 1000) == (one, other)
    assert around_difference(other, one, 2) == around_difference(one, other, 2)[::-1]
