from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.errors import ConfigError, DataError
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import ClassificationConfig
from codefavor.train.selection import select_pairs
from made_pairs import make_pair


def pairs_of(source: str, problems: int, per_problem: int = 2) -> list[PreferencePair]:
    return [
        make_pair(
            "a = 1\n",
            "a = 2\n",
            Aspect.EFFICIENCY,
            instruction=f"{source} {problem} {number}",
            source=source,
            source_id=problem,
            license_name="MIT",
        )
        for problem in range(problems)
        for number in range(per_problem)
    ]


def count(pairs: list[PreferencePair]) -> Counter[str]:
    return Counter(pair.provenance.source for pair in pairs)


def test_everything_is_taken_unless_told_otherwise() -> None:
    sources = [pairs_of("x", 3), pairs_of("y", 2)]
    assert select_pairs(sources, ClassificationConfig()) == [*sources[0], *sources[1]]


def test_shares_hold_and_the_scarcest_file_sets_the_size() -> None:
    mixed = select_pairs([pairs_of("x", 100), pairs_of("y", 10)], ClassificationConfig(shares=(3, 1)))
    assert count(mixed) == {"x": 60, "y": 20}
    smaller = select_pairs([pairs_of("x", 100), pairs_of("y", 10)], ClassificationConfig(shares=(3, 1), max_pairs=40))
    assert count(smaller) == {"x": 30, "y": 10}
    assert count(select_pairs([pairs_of("x", 100), pairs_of("y", 10)], ClassificationConfig(shares=(1, 0)))) == {
        "x": 200
    }


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 9))
def test_smaller_sets_lie_within_larger_ones_and_problems_stay_whole(one: int, other: int, seed: int) -> None:
    source = pairs_of("x", 30)
    small, large = (
        {pair.id for pair in select_pairs([source], ClassificationConfig(max_pairs=most, seed=seed))}
        for most in sorted((one, other))
    )
    assert small <= large and len(large) <= max(one, other)
    assert len(large) == min(max(one, other), 60) // 2 * 2


def test_shares_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigError, match="1 shares for 2 files"):
        select_pairs([pairs_of("x", 2), pairs_of("y", 2)], ClassificationConfig(shares=(1,)))
    with pytest.raises(DataError, match="holds none"):
        select_pairs([pairs_of("x", 2), []], ClassificationConfig(shares=(1, 1)))
    with pytest.raises(ValueError, match="all zero"):
        ClassificationConfig(shares=(0, 0))
