"""The judge `fewer-lines`: fewer lines are better. `fewer-lines:3` is undecided below three lines of difference."""

from collections.abc import Sequence

from codefavor import Comparison, Verdict
from codefavor.errors import UserError


class FewerLines:
    """Prefers the code with fewer lines."""

    def __init__(self, least: int) -> None:
        self.name = f"fewer-lines:{least}"
        self._least = least

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison, in their order."""
        return [self._judge_one(comparison) for comparison in comparisons]

    def _judge_one(self, asked: Comparison) -> Verdict:
        digest = asked.digest()
        more = len(asked.code_a.splitlines()) - len(asked.code_b.splitlines())
        if abs(more) < self._least:
            return Verdict(comparison=digest, judge=self.name, undecided=f"{abs(more)} lines of difference")
        return Verdict(comparison=digest, judge=self.name, choice="B" if more > 0 else "A")


def load(argument: str) -> FewerLines:
    """Return the judge; `argument` is what follows the colon of the spec, empty where there is none."""
    if argument and not argument.isdecimal():
        raise UserError(f"fewer-lines:{argument}: a number of lines was expected")
    return FewerLines(int(argument or 1))
