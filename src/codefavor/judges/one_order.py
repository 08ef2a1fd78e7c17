"""Judges whose answer cannot depend on the order of the candidates: every comparison is judged once, in one order.

`one_order` makes a judge order-invariant, `order_invariant` says whether a judge is. Which candidate comes first
depends on the codes alone.
"""

from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import TypeVar

from codefavor.evidence.decision import decide
from codefavor.evidence.explain import explain
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.side_words import exchange_sides
from codefavor.pairs.verdict import Cost, Verdict

AnswerT = TypeVar("AnswerT")
JudgeT = TypeVar("JudgeT")


def order_invariant(judge: object) -> bool:
    """Return whether a judge declares that exchanging the candidates exchanges its answer; by default it does not.

    A judge declares it by an attribute `order_invariant`. It is then asked in one order, and other judges in both.
    """
    return bool(getattr(judge, "order_invariant", False))


def one_order(
    judge: Callable[[JudgeT, Sequence[Comparison]], list[Verdict]],
) -> Callable[[JudgeT, Sequence[Comparison]], list[Verdict]]:
    """Turn the method `judge` of a judge into one that gets every comparison once, in one order.

    For comparisons in the other order its verdicts are swapped, with their words. A comparison that occurs again costs
    nothing.
    """

    @wraps(judge)
    def judge_in_one_order(self: JudgeT, comparisons: Sequence[Comparison]) -> list[Verdict]:
        return in_one_order(comparisons, partial(judge, self), turned, free)

    return judge_in_one_order


def in_one_order(
    comparisons: Sequence[Comparison],
    ask: Callable[[list[Comparison]], Sequence[AnswerT]],
    turn: Callable[[AnswerT, Comparison], AnswerT],
    repeat: Callable[[AnswerT], AnswerT] = lambda answer: answer,
) -> list[AnswerT]:
    """Return an answer to every comparison, in their order, from those that `ask` gives to distinct ones in one order.

    Args:
        comparisons: what is to be answered, in any order of the candidates.
        ask: returns one answer for every comparison.
        turn: returns the answer to a comparison from that to `comparison.swapped()`.
        repeat: returns the answer for a second occurrence of a comparison.
    """
    oriented = [_oriented(original) for original in comparisons]
    distinct = {comparison.digest(): comparison for comparison in oriented}
    answers = dict(zip(distinct, ask(list(distinct.values())), strict=True))
    found: list[AnswerT] = []
    for original, comparison in zip(comparisons, oriented, strict=True):
        digest = comparison.digest()
        answer = answers[digest]
        answers[digest] = repeat(answer)
        found.append(answer if comparison == original else turn(answer, original))
    return found


def _oriented(comparison: Comparison) -> Comparison:
    return comparison if comparison.code_a <= comparison.code_b else comparison.swapped()


def turned(verdict: Verdict, comparison: Comparison) -> Verdict:
    """Return a verdict on `comparison.swapped()` as one on `comparison`: choice, probability, evidence and words.

    Words about the evidence are written anew; in other words the names of the sides are exchanged.
    """
    swapped = verdict.for_swapped(comparison)
    if verdict.evidence is None or swapped.evidence is None:
        return swapped
    aspect = comparison.criterion.aspect
    before, after = (
        explain(aspect, evidence, decide(aspect, evidence)) for evidence in (verdict.evidence, swapped.evidence)
    )
    words = {
        name: after.join(map(exchange_sides, text.split(before)))
        for name, text in (("feedback", verdict.feedback), ("undecided", verdict.undecided))
        if text and before and before in text
    }
    return swapped.model_copy(update=words)


def free(verdict: Verdict) -> Verdict:
    """Return a verdict that costs nothing, since its cost is counted elsewhere."""
    return verdict.model_copy(update={"cost": Cost(seconds=0.0)}) if verdict.cost else verdict
