"""Judges whose answer cannot depend on the order shown: each comparison is asked once, in one order, and turned back.

`one_order` makes a judge such a one, `order_invariant` says of any judge whether it is. Which candidate is first
in the order that is asked depends on the codes alone.
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
    """Return whether a judge declares that exchanging the candidates exchanges its answer; one that says nothing not.

    A judge declares it by an attribute `order_invariant`. It is then asked in one order where others are in both.
    """
    return bool(getattr(judge, "order_invariant", False))


def one_order(
    judge: Callable[[JudgeT, Sequence[Comparison]], list[Verdict]],
) -> Callable[[JudgeT, Sequence[Comparison]], list[Verdict]]:
    """Turn the method `judge` of a judge into one that gets every comparison once, in one order.

    What it answers is turned back for comparisons that show the other order, with its words. A comparison that occurs
    again costs nothing.
    """

    @wraps(judge)
    def asked(self: JudgeT, comparisons: Sequence[Comparison]) -> list[Verdict]:
        return in_one_order(comparisons, partial(judge, self), turned, free)

    return asked


def in_one_order(
    comparisons: Sequence[Comparison],
    ask: Callable[[list[Comparison]], Sequence[AnswerT]],
    turn: Callable[[AnswerT, Comparison], AnswerT],
    repeat: Callable[[AnswerT], AnswerT] = lambda answer: answer,
) -> list[AnswerT]:
    """Return an answer to every comparison, in their order, from those of `ask` to distinct ones in one order.

    Args:
        comparisons: what is to be answered, in any order of the candidates.
        ask: answers comparisons, one answer each.
        turn: makes of the answer to `shown.swapped()` that to `shown`.
        repeat: makes of an answer what is said again where its comparison occurs again.
    """
    asked = [_in_its_order(shown) for shown in comparisons]
    distinct = {each.digest(): each for each in asked}
    answers = dict(zip(distinct, ask(list(distinct.values())), strict=True))
    found: list[AnswerT] = []
    for shown, comparison in zip(comparisons, asked, strict=True):
        digest = comparison.digest()
        answer = answers[digest]
        answers[digest] = repeat(answer)
        found.append(answer if comparison == shown else turn(answer, shown))
    return found


def _in_its_order(shown: Comparison) -> Comparison:
    return shown if shown.code_a <= shown.code_b else shown.swapped()


def turned(verdict: Verdict, shown: Comparison) -> Verdict:
    """Return a verdict on `shown.swapped()` said of `shown` instead: choice, probability, evidence and words.

    Words that come from the evidence are made of it again; in others the sides that are named are exchanged.
    """
    swapped = verdict.for_swapped(shown)
    if verdict.evidence is None or swapped.evidence is None:
        return swapped
    aspect = shown.criterion.aspect
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
    """Return a verdict that costs nothing, as it was paid for elsewhere."""
    return verdict.model_copy(update={"cost": Cost(seconds=0.0)}) if verdict.cost else verdict
