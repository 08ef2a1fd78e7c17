from hypothesis import given
from hypothesis import strategies as st

from codefavor.languages.diff import side_by_side, unified_diff

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
