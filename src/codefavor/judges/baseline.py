"""Baselines that read no code: its length, a coin, the position. A trained judge has to beat them."""

import random
from collections.abc import Sequence
from typing import Literal

from codefavor.judges.kind import JudgeKind, Loader, without_argument
from codefavor.judges.protocol import Judge
from codefavor.pairs.comparison import Comparison, Side
from codefavor.pairs.verdict import Verdict


class LengthJudge:
    """Prefers the shorter or the longer code, by characters as shown; equal lengths are undecided."""

    order_invariant = True

    def __init__(self, prefers: Literal["shorter", "longer"]) -> None:
        self.name: str = prefers
        self._longer = prefers == "longer"

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison, in their order."""
        return [self._judge_one(comparison) for comparison in comparisons]

    def _judge_one(self, comparison: Comparison) -> Verdict:
        length_a, length_b = len(comparison.code_a), len(comparison.code_b)
        if length_a == length_b:
            return Verdict(comparison=comparison.digest(), judge=self.name, choice=None, undecided="equal length")
        choice: Side = "A" if (length_a > length_b) == self._longer else "B"
        return Verdict(comparison=comparison.digest(), judge=self.name, choice=choice)


class ChanceJudge:
    """Throws a seeded coin for each comparison as shown, so that the two orders of one pair are two throws."""

    def __init__(self, seed: int) -> None:
        self.name = f"chance:{seed}"
        self._seed = seed

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison; the same comparison always gets the same one."""
        return [self._judge_one(comparison.digest()) for comparison in comparisons]

    def _judge_one(self, digest: str) -> Verdict:
        choice: Side = random.Random(f"{self._seed}:{digest}").choice(("A", "B"))
        return Verdict(comparison=digest, judge=self.name, choice=choice)


class FirstJudge:
    """Always prefers A: the planted position bias that the bias figures must find."""

    name = "first"

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return "A" for every comparison."""
        return [Verdict(comparison=comparison.digest(), judge=self.name, choice="A") for comparison in comparisons]


def _load_chance(argument: str, loader: Loader) -> Judge | None:
    return ChanceJudge(int(argument)) if argument.isdecimal() else None


SHORTER = JudgeKind(
    name="shorter",
    forms=("shorter",),
    description="Prefers the shorter code, by characters.",
    load=without_argument(lambda: LengthJudge("shorter")),
    order_invariant=True,
)
LONGER = JudgeKind(
    name="longer",
    forms=("longer",),
    description="Prefers the longer code, by characters.",
    load=without_argument(lambda: LengthJudge("longer")),
    order_invariant=True,
)
FIRST = JudgeKind(
    name="first",
    forms=("first",),
    description="Always prefers A: the position bias that the figures must find.",
    load=without_argument(FirstJudge),
)
CHANCE = JudgeKind(name="chance", forms=("chance:SEED",), description="Throws a seeded coin.", load=_load_chance)
