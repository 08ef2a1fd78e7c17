"""Who does less work, and when that is in doubt."""

from dataclasses import replace

import pytest

from codefavor.evidence.cost import CostRun, Series
from codefavor.evidence.work_comparison import compare_work
from codefavor.pairs.evidence import Work

LESS = Series(work=(Work(size=1, fuel=10), Work(size=100, fuel=1_000)), finished=2, spent=False)
MORE = Series(work=(Work(size=1, fuel=10), Work(size=100, fuel=2_000)), finished=2, spent=False)
NONE = Series(work=(), finished=0, spent=False)


def decided(a: Series, b: Series, loading: tuple[int, int] = (0, 0)) -> tuple[str | None, str | None]:
    found = compare_work(CostRun((a,), (b,), loading))
    assert found is not None
    swapped = compare_work(CostRun((b,), (a,), (loading[1], loading[0])))
    assert swapped is not None
    assert (swapped.cheaper, swapped.doubt) == (found.swapped().cheaper, found.swapped().doubt)
    return found.cheaper, found.doubt


def test_the_one_with_clearly_less_work_is_cheaper() -> None:
    assert decided(LESS, MORE) == ("A", None)
    assert decided(LESS, replace(MORE, work=(Work(size=100, fuel=1_100),))) == (None, None)


def test_nothing_follows_where_no_input_was_finished_by_both() -> None:
    assert compare_work(CostRun((NONE,), (NONE,))) is None
    assert compare_work(CostRun((), ())) is None


@pytest.mark.parametrize(
    ("a", "loading", "doubt"),
    [
        (replace(LESS, outdone=True), (0, 0), "results"),
        (replace(LESS, hidden=999), (0, 0), None),
        (replace(LESS, hidden=1_000), (0, 0), "hidden"),
        (LESS, (1_000, 0), "hidden"),
        (LESS, (1_000, 500), None),
        (LESS, (0, 10_000), None),
        (replace(LESS, hidden=600), (600, 0), "hidden"),
    ],
)
def test_less_work_is_in_doubt_where_more_may_have_been_done(
    a: Series, loading: tuple[int, int], doubt: str | None
) -> None:
    assert decided(a, MORE, loading) == (None if doubt else "A", doubt)


def test_loading_is_charged_to_every_series() -> None:
    for loading, cheaper in ((999, "A"), (1_000, None)):
        found = compare_work(CostRun((LESS, LESS), (MORE, MORE), (loading, 0)))
        assert found is not None and found.cheaper == cheaper


def test_what_the_dearer_one_may_hide_is_no_doubt() -> None:
    assert decided(LESS, replace(MORE, hidden=10**9, outdone=True)) == ("A", None)


def test_who_gets_less_far_is_not_cheaper() -> None:
    assert decided(replace(LESS, finished=2, spent=True), replace(MORE, finished=4)) == (None, "further")
    assert decided(replace(LESS, finished=4), replace(MORE, finished=2, spent=True)) == ("A", None)


def test_work_in_doubt_tells_no_ratio() -> None:
    found = compare_work(CostRun((replace(LESS, outdone=True),), (MORE,)))
    assert found is not None and found.log_ratio == 0.0
