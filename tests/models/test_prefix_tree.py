from hypothesis import given
from hypothesis import strategies as st

from codefavor.models.prefix_tree import PrefixTree, Segment, View, batches_of, build_prefix_trees, flatten

ROWS = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=60), max_size=12)
SHARING = st.builds(
    lambda head, ends: [head + end for end in ends],
    st.lists(st.integers(0, 2), min_size=20, max_size=40),
    st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=20), min_size=1, max_size=6),
)


def read(family: PrefixTree) -> list[list[int]]:
    """Return the rows of a family as they are read, each behind what it sees, and check the positions on the way."""
    found = []
    for leaf in family.leaves:
        path = [*(family.segments[view.segment] for view in family.segments[leaf].sees), family.segments[leaf]]
        row: list[int] = []
        for segment in path:
            assert segment.start == len(row)
            row += segment.token_ids
        found.append(row)
    return found


@given(st.one_of(ROWS, SHARING, st.tuples(ROWS, SHARING).map(lambda both: both[0] + both[1])))
def test_every_row_is_read_once_and_never_more_than_alone(rows: list[list[int]]) -> None:
    found = build_prefix_trees(rows)
    whole = {row: tokens for family in found for row, tokens in zip(family.rows, read(family), strict=True)}
    assert [whole[index] for index in range(len(rows))] == rows
    assert sum(family.tokens for family in found) <= sum(map(len, rows))
    assert all(segment.token_ids for family in found for segment in family.segments)


@given(SHARING)
def test_a_row_keeps_the_end_that_it_asks_for(rows: list[list[int]]) -> None:
    for family in build_prefix_trees(rows, own=[min(15, len(row)) for row in rows]):
        for row, leaf in zip(family.rows, family.leaves, strict=True):
            assert len(family.segments[leaf].token_ids) >= min(15, len(rows[row]))


def test_both_orders_share_what_comes_before_the_candidates() -> None:
    head = list(range(100))
    rows = [head + [200] * 30 + [201] * 30, [9] * 90, head + [201] * 30 + [200] * 30]
    first, second = build_prefix_trees(rows)
    assert (first.rows, first.tokens) == ((0, 2), 220)
    assert second.rows == (1,)


def test_comparisons_of_one_problem_share_their_first_candidate_too() -> None:
    task, one, two, three = [1] * 60, [2] * 50, [3] * 50, [4] * 50
    (family,) = build_prefix_trees([task + a + b for a, b in ((one, two), (two, one), (one, three), (three, one))])
    assert family.tokens == 60 + 50 + 2 * 50 + 2 * 100
    assert sorted(len(segment.sees) for segment in family.segments) == [0, 1, 1, 1, 2, 2]


def test_what_every_row_of_a_format_begins_with_makes_no_family() -> None:
    rows = [[1] * 20 + [number] * 300 for number in range(5)]
    assert all(len(family.rows) == 1 for family in build_prefix_trees(rows))


def test_trees_lie_flat_one_after_the_other_and_see_nothing_of_each_other() -> None:
    tree = (Segment([5, 6]), Segment([7], 2, (View(0),)), Segment([8, 9], 2, (View(0, 3),)))
    flat = flatten([(Segment([1, 2, 3]),), tree])
    assert flat.token_ids.tolist() == [1, 2, 3, 5, 6, 7, 8, 9]
    assert flat.positions.tolist() == [0, 1, 2, 0, 1, 2, 2, 3]
    assert flat.ends == ((3,), (5, 6, 8))
    assert [placed.seen for placed in flat.segments] == [(), (), ((3, 5, 0),), ((3, 5, 3),)]


def test_batches_hold_whole_families_up_to_a_number_of_tokens() -> None:
    found = build_prefix_trees([[n] * length for n, length in enumerate((50, 40, 30, 20, 10))])
    assert [[family.tokens for family in batch] for batch in batches_of(found, 60)] == [[50], [40], [30, 20, 10]]
