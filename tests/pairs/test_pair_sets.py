import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pair_strategies import make_pair
from rich.console import Console

from codefavor.errors import ConfigError
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.pick import pair_at, pair_with_id, random_pair
from codefavor.pairs.split import check_ratio, in_first, side_of_split
from codefavor.pairs.stats import ALL, count_pairs
from codefavor.pairs.stats_view import render_stats
from codefavor.pairs.view import render_pair, visible

groups = st.lists(st.text(max_size=5), max_size=20)


def rendered(content: object, width: int = 120) -> str:
    console = Console(width=width, record=True, file=None, force_terminal=False)
    with console.capture() as capture:
        console.print(content)
    return capture.get()


@given(groups, st.integers(), st.floats(0.01, 0.99))
def test_a_split_parts_the_pairs_and_keeps_groups_whole(names: list[str], seed: int, ratio: float) -> None:
    pairs = [make_pair(problem=name, chosen=f"x = {n}", rejected="") for n, name in enumerate(names)]
    first = list(side_of_split(pairs, True, ratio, seed))
    second = list(side_of_split(pairs, False, ratio, seed))
    assert sorted(p.id for p in first + second) == sorted(p.id for p in pairs)
    assert not {p.provenance.group for p in first} & {p.provenance.group for p in second}


@given(groups, groups, st.integers())
def test_appending_moves_no_pair(names: list[str], appended: list[str], seed: int) -> None:
    before = [make_pair(problem=name) for name in names]
    after = before + [make_pair(problem=name) for name in appended]
    kept = list(side_of_split(before, True, 0.5, seed))
    assert list(side_of_split(after, True, 0.5, seed))[: len(kept)] == kept


def test_shares_are_met_on_average_and_seeds_differ() -> None:
    sides = {seed: [in_first(f"g{n}", 0.8, seed) for n in range(2000)] for seed in (0, 1)}
    assert sides[0] != sides[1]
    assert all(0.77 < sum(side) / 2000 < 0.83 for side in sides.values())


@pytest.mark.parametrize("ratio", [0.0, 1.0, -0.1, 90.0, float("nan")])
def test_a_ratio_that_empties_a_side_is_refused(ratio: float) -> None:
    with pytest.raises(ConfigError, match="between 0 and 1"):
        check_ratio(ratio)


def test_counts_say_what_a_set_is_made_of() -> None:
    pairs = [
        make_pair(problem="a"),
        make_pair(problem="a"),
        make_pair(problem="b", aspect=None, license=None),
        make_pair(problem="c", chosen="print 'x'", rejected="x"),
        make_pair(problem="c", chosen="{", rejected="x", language="c"),
    ]
    stats = count_pairs(pairs)
    assert (stats.pairs, stats.groups, stats.duplicates, stats.unparsed) == (5, 3, 1, 2)
    assert stats.aspects == {"correctness": 4, "none": 1}
    assert stats.licenses == {"MIT": 4, "unknown": 1}
    assert stats.languages == {"python": 4, "c": 1}
    assert stats.source_licenses == {"tests": {"MIT": 4, "unknown": 1}}
    assert stats.lengths["chosen"].longest == 9


def test_the_length_shortcut_is_taken_after_stripping() -> None:
    pairs = [
        make_pair(problem="a", chosen="x = 1  # a long remark", rejected="x = 10"),
        make_pair(problem="b", chosen="x = 1 # equal", rejected="x = 2"),
        make_pair(problem="c", chosen="x = 100", rejected="x = 1"),
        make_pair(problem="d", chosen="x = 1 # kept", rejected="x = 10", aspect=Aspect.HUMAN_PREFERENCE),
    ]
    shortcuts = count_pairs(pairs).shortcuts
    assert shortcuts["correctness"].shorter == shortcuts["correctness"].longer == 0.5
    assert shortcuts["correctness"].equal == pytest.approx(1 / 3)
    assert shortcuts["human-preference"].longer == 1.0
    assert shortcuts["human-preference"].margin is None
    assert shortcuts[ALL].shorter == pytest.approx(1.5 / 4)


def test_the_margin_counts_groups_and_not_pairs() -> None:
    alone = [make_pair(problem=str(n), chosen="x = 1" if n % 2 else "x = 100") for n in range(40)]
    repeated = [pair for pair in alone for _ in range(25)]
    margin = count_pairs(alone).shortcuts[ALL].margin
    assert margin == pytest.approx(1.96 * 0.5 / 39**0.5, abs=0.001)
    assert count_pairs(repeated).shortcuts[ALL].margin == pytest.approx(margin)


def test_statistics_are_shown_with_long_tails_summed_up() -> None:
    shown = rendered(render_stats(count_pairs([make_pair(license=f"L{n:02}") for n in range(15)])))
    assert "15 pairs of 1 groups" in shown
    assert "L00" in shown and "L13" not in shown and "… 3 more" in shown


def test_a_pair_is_shown_line_beside_line() -> None:
    pair = make_pair(chosen="a = 1\nb = 2\nc = 3", rejected="a = 1\nb = 3")
    lines = [line.split() for line in rendered(render_pair(pair)).splitlines()]
    assert "│ 1 │ a = 1 │ 1 │ a = 1 │".split() in lines
    assert "│ 2* │ b = 3 │ 2* │ b = 2 │".split() in lines
    assert "│ │ │ 3* │ c = 3 │".split() in lines


@given(st.text(max_size=50))
def test_no_text_can_steer_the_terminal(text: str) -> None:
    pair = make_pair(chosen=f"x{text}".encode("utf-8", "replace").decode(), rejected="\x1b[2J\x07\u202e")
    shown = rendered(render_pair(pair))
    assert not {"\x1b", "\x07", "\u202e", "\x9b", "\r"} & set(shown)


def test_escapes_stay_readable() -> None:
    assert visible("a\x1b[31m\tb\né") == "a\\x1b[31m\tb\né"


def test_pairs_are_picked_by_place_id_and_chance() -> None:
    pairs = [make_pair(problem=str(n)) for n in range(50)]
    assert pair_at(pairs, 3) == pairs[2] and pair_at(pairs, 51) is None
    assert pair_with_id(pairs, pairs[7].id[:9]) == pairs[7] and pair_with_id(pairs, "none") is None
    drawn = [random_pair(pairs, random.Random(seed)) for seed in range(400)]
    assert drawn[0] == random_pair(iter(pairs), random.Random(0))
    assert len({pair.id for pair in drawn if pair}) > 45
    assert random_pair([], random.Random(0)) is None
