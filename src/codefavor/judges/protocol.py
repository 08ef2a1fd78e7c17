"""What a judge is: something with a name that turns comparisons into verdicts."""

from collections.abc import Sequence
from typing import Protocol

from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Verdict


class Judge(Protocol):
    """Anything that answers comparisons; wrappers around judges are judges too.

    A judge may declare `order_invariant = True`: exchanging the candidates exchanges its answer, so that it is
    asked in one order, and others in both (`codefavor.judges.one_order`).
    """

    @property
    def name(self) -> str:
        """The name that verdicts and results carry."""

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison, in their order.

        A comparison that cannot be answered gets an undecided verdict with the reason, never a missing one.
        """
