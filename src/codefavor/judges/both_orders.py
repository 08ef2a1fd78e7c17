"""Both orders: a wrapper that judges each comparison as (A, B) and as (B, A) and joins the two answers.

The paper judges once, in the given order; both orders are ours. How two verdicts become one is `join_orders`, which the
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
    """A judge that asks another one in both orders; an order-invariant one is asked once."""

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
    swapped = [] if order_invariant(judge) else [comparison.swapped() for comparison in comparisons]
    return [*comparisons, *swapped]


def pair_orders(
    judge: Judge, comparisons: Sequence[Comparison], verdicts: Sequence[Verdict]
) -> list[tuple[Verdict, Verdict]]:
    """Return for every comparison the verdict in the given order and that in the other order, swapped to the given one.

    Args:
        judge: the judge that gave the verdicts.
        comparisons: the comparisons, in the given order.
        verdicts: its verdicts on `in_both_orders(judge, comparisons)`.
    """
    if order_invariant(judge):
        return [(verdict, free(verdict)) for verdict in verdicts]
    count = len(comparisons)
    return [
        (first, turned(second, comparison))
        for comparison, first, second in zip(comparisons, verdicts[:count], verdicts[count:], strict=True)
    ]


def joined_orders(first: Verdict, second: Verdict) -> Verdict:
    """Return the verdict of a judge asked in both orders, under a name that says so; see `join_orders`."""
    return join_orders(first, second).model_copy(update={"judge": f"{first.judge} (both orders)"})


def join_orders(first: Verdict, second: Verdict) -> Verdict:
    """Return one verdict from two on the same comparison; `second` is of the other order, swapped to the given one.

    Two probabilities are averaged. Two choices must agree, a tie being a choice. Where only one order was answered,
    that answer stands. Costs are added. The first verdict's feedback is kept where its choice stands.
    """
    joined = _join(first, second)
    cost = first.cost.plus(second.cost) if first.cost and second.cost else first.cost or second.cost
    feedback = first.feedback if joined.choice == first.choice else None
    return joined.model_copy(update={"cost": cost, "feedback": feedback})


def _join(first: Verdict, second: Verdict) -> Verdict:
    if second.choice is None:
        return first
    if first.choice is None:
        return second
    if first.prob_a is not None and second.prob_a is not None:
        return _with_probability(first, (first.prob_a + second.prob_a) / 2)
    if first.choice == second.choice:
        return first.model_copy(update={"prob_a": None})
    return first.model_copy(update={"choice": None, "prob_a": None, "undecided": "the two orders disagree"})


def _with_probability(verdict: Verdict, prob_a: float) -> Verdict:
    if abs(prob_a - 0.5) < _EVEN:
        return verdict.model_copy(update={"choice": None, "prob_a": 0.5, "undecided": "the two orders cancel out"})
    return verdict.model_copy(update={"choice": "A" if prob_a > 0.5 else "B", "prob_a": prob_a})
