"""Which candidate does less work, and every reason for which the cheaper one is in doubt."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.evidence.cost import CostRun, Series
from codefavor.evidence.work_comparison import compare_work
from codefavor.pairs.evidence import Work, WorkDoubt

LARGE, SMALL = 1_000_000, 100_000


def series(*fuel: int, finished: int = 3, spent: bool = False, outdone: bool = False, hidden: int = 0) -> Series:
    work = tuple(Work(size=10 * (place + 1), fuel=units) for place, units in enumerate(fuel))
    return Series(work, finished, spent, outdone, hidden)


def run(a: Series, b: Series, loading: tuple[int, int] = (0, 0), times: int = 1) -> CostRun:
    return CostRun((a,) * times, (b,) * times, loading)


def test_the_largest_common_input_decides_and_its_ratio_is_told() -> None:
    found = compare_work(run(series(LARGE, SMALL), series(SMALL, LARGE)))
    assert found is not None and (found.cheaper, found.doubt) == ("A", None)
    assert found.log_ratio == pytest.approx(math.log(SMALL / LARGE))


@pytest.mark.parametrize(("a", "cheaper"), [(114, None), (116, "B"), (88, None), (86, "A")])
def test_a_ratio_that_is_not_clear_names_nobody(a: int, cheaper: str | None) -> None:
    found = compare_work(run(series(a * 1000), series(100 * 1000)))
    assert found is not None and found.cheaper == cheaper


def test_without_an_input_in_common_nothing_is_said() -> None:
    assert compare_work(CostRun((), ())) is None
    assert compare_work(run(series(), series(LARGE))) is None


@pytest.mark.parametrize(
    ("cheap", "dear", "loading", "doubt"),
    [
        (series(SMALL, outdone=True), series(LARGE), (0, 0), "results"),
        (series(SMALL, finished=1, spent=True), series(LARGE, finished=3), (0, 0), "further"),
        (series(SMALL, hidden=LARGE), series(LARGE), (0, 0), "hidden"),
        (series(SMALL), series(LARGE), (LARGE, 0), "hidden"),
        (series(SMALL), series(LARGE), (LARGE, LARGE), None),
        (series(SMALL), series(LARGE, outdone=True, hidden=LARGE), (0, LARGE), None),
        (series(SMALL, finished=2, spent=True), series(LARGE, finished=3), (0, 0), None),
    ],
)
def test_the_cheaper_one_must_have_done_all_that_the_other_did(
    cheap: Series, dear: Series, loading: tuple[int, int], doubt: WorkDoubt | None
) -> None:
    straight, swapped = compare_work(run(cheap, dear, loading)), compare_work(run(dear, cheap, loading[::-1]))
    assert straight is not None and swapped == straight.swapped()
    assert straight.doubt == doubt
    assert straight.cheaper == (None if doubt else "A")


@pytest.mark.parametrize(
    ("cheap", "dear", "doubt"),
    [
        ((10_000, 20_000, 30_000), (100_000, 200_000, 300_000), None),
        ((10_000, 40_000, 90_000), (100_000, 200_000, 300_000), "results"),
        ((10_000, 20_000), (100_000, 200_000), "results"),
    ],
)
def test_where_larger_results_differ_the_cheaper_one_must_be_seen_to_grow_no_faster(
    cheap: tuple[int, ...], dear: tuple[int, ...], doubt: WorkDoubt | None
) -> None:
    """A quadratic candidate that is cheap on small inputs may return anything on those on which it would be slow."""
    a, b = (replace(series(*fuel), differs=True) for fuel in (cheap, dear))
    found = compare_work(run(a, b))
    assert found is not None and (found.cheaper, found.doubt) == (None if doubt else "A", doubt)


def test_work_done_while_loading_counts_for_every_series() -> None:
    """Each input has a guest of its own, which loads the candidate anew."""
    for times in (1, 2, 5):
        found = compare_work(run(series(SMALL), series(LARGE), (LARGE - SMALL, 0), times))
        assert found is not None and found.doubt == "hidden"


RUNS = st.builds(
    series, st.integers(1, 1 << 30), finished=st.integers(1, 6), spent=st.booleans(), hidden=st.integers(0, 1 << 20)
)


@given(st.lists(st.tuples(RUNS, RUNS), max_size=3), st.tuples(st.integers(0, 1 << 20), st.integers(0, 1 << 20)))
def test_the_order_of_the_candidates_does_not_matter(
    pairs: list[tuple[Series, Series]], loading: tuple[int, int]
) -> None:
    a, b = tuple(one for one, _ in pairs), tuple(other for _, other in pairs)
    straight, swapped = compare_work(CostRun(a, b, loading)), compare_work(CostRun(b, a, loading[::-1]))
    assert (straight is None) == (swapped is None) == (not pairs)
    if straight and swapped:
        assert swapped.cheaper == straight.swapped().cheaper and swapped.doubt == straight.doubt
        assert swapped.log_ratio == -straight.log_ratio
