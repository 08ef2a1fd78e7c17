"""Both orders: a wrapper that judges each comparison as (A, B) and as (B, A) and joins the two answers.

The paper judges once, in the order given; this is ours. How two verdicts become one is `join_orders`, which the
benchmark uses too, so that one run yields the single-order figure, the both-order figure and the flips.
"""

from collections.abc import Sequence
from typing import Literal

from codefavor.judges.one_order import free, order_invariant, turned
from codefavor.judges.protocol import Judge
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Verdict

Orders = Literal["both", "given"]
"""Whether a comparison is judged in both orders of its candidates, or in the order given alone."""

_EVEN = 1e-9
"""A mean probability this close to one half is even: (0.9 + (1 - 0.9)) / 2 is not exactly 0.5 in floating point."""


class BothOrders:
    """A judge made of another one, asked twice; one whose answer cannot depend on the order is asked once."""

    order_invariant = True

    def __init__(self, inner: Judge) -> None:
        self.name = f"{inner.name} (both orders)"
        self._inner = inner

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return the joined verdicts; the inner judge gets all comparisons of both orders in one call."""
        verdicts = self._inner.judge(in_both_orders(self._inner, comparisons))
        return [joined_orders(*pair) for pair in pair_orders(self._inner, comparisons, verdicts)]


def judge_in_orders(judge: Judge, orders: Orders) -> Judge:
    """Return a judge that is asked in these orders."""
    return BothOrders(judge) if orders == "both" else judge


def in_both_orders(judge: Judge, comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Return what `judge` is to be asked, so that `pair_orders` has its answers in both orders."""
    swapped = [] if order_invariant(judge) else [shown.swapped() for shown in comparisons]
    return [*comparisons, *swapped]


def pair_orders(
    judge: Judge, comparisons: Sequence[Comparison], verdicts: Sequence[Verdict]
) -> list[tuple[Verdict, Verdict]]:
    """Return for every comparison the verdict in the order given and that in the other order, said of the order given.

    Args:
        judge: who was asked.
        comparisons: what it was to be asked, in the order given.
        verdicts: its verdicts on `in_both_orders(judge, comparisons)`.
    """
    if order_invariant(judge):
        return [(verdict, free(verdict)) for verdict in verdicts]
    count = len(comparisons)
    return [
        (first, turned(second, shown))
        for shown, first, second in zip(comparisons, verdicts[:count], verdicts[count:], strict=True)
    ]


def joined_orders(given: Verdict, swapped: Verdict) -> Verdict:
    """Return the verdict of a judge asked in both orders, under a name that says so; see `join_orders`."""
    return join_orders(given, swapped).model_copy(update={"judge": f"{given.judge} (both orders)"})


def join_orders(given: Verdict, swapped: Verdict) -> Verdict:
    """Return one verdict from two on the same comparison, `swapped` being already said of the order given.

    Two probabilities are averaged. Two choices must agree, a tie being a choice. Where only one order was answered,
    that answer stands: silence contradicts nothing. Costs are added. Feedback is kept where the choice of the order
    given stands: the other order's text calls A what is B here.
    """
    joined = _join(given, swapped)
    cost = given.cost.plus(swapped.cost) if given.cost and swapped.cost else given.cost or swapped.cost
    feedback = given.feedback if joined.choice == given.choice else None
    return joined.model_copy(update={"cost": cost, "feedback": feedback})


def _join(given: Verdict, swapped: Verdict) -> Verdict:
    if swapped.choice is None:
        return given
    if given.choice is None:
        return swapped
    if given.prob_a is not None and swapped.prob_a is not None:
        return _with_probability(given, (given.prob_a + swapped.prob_a) / 2)
    if given.choice == swapped.choice:
        return given.model_copy(update={"prob_a": None})
    return given.model_copy(update={"choice": None, "prob_a": None, "undecided": "the two orders disagree"})


def _with_probability(given: Verdict, prob_a: float) -> Verdict:
    if abs(prob_a - 0.5) < _EVEN:
        return given.model_copy(update={"choice": None, "prob_a": 0.5, "undecided": "the two orders cancel out"})
    return given.model_copy(update={"choice": "A" if prob_a > 0.5 else "B", "prob_a": prob_a})
