"""Judges that know the right answer and have one planted bias each, or none: what the audit must see, and clear."""

import ast
import random
from collections.abc import Callable, Sequence

from codefavor.pairs.comparison import Comparison, Side, other_side
from codefavor.pairs.verdict import Verdict

Lean = Callable[[Comparison, Side], Side]
"""What becomes of the right answer."""


class Planted:
    """Prefers the code whose substance is in `better`; `lean` bends the answer."""

    def __init__(self, name: str, better: frozenset[str], lean: Lean | None = None, error: float = 0.0) -> None:
        self.name = name
        self._better = better
        self._lean = lean
        self._error = error

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        return [self._judge_one(shown) for shown in comparisons]

    def _judge_one(self, shown: Comparison) -> Verdict:
        right: Side = "A" if substance(shown.code_a) in self._better else "B"
        if random.Random(f"{self.name}:{shown.digest()}").random() < self._error:
            right = other_side(right)
        choice = self._lean(shown, right) if self._lean else right
        return Verdict(comparison=shown.digest(), judge=self.name, choice=choice)


def substance(code: str) -> str:
    """Return what the behaviour-preserving edits of the audit leave as it is: operators and constants in order."""
    tree = ast.parse(code)
    tree.body = [node for node in tree.body if not _is_planted(node)]
    return " ".join(
        repr(node.value) if isinstance(node, ast.Constant) else type(node).__name__
        for node in ast.walk(tree)
        if isinstance(node, (ast.Constant, ast.operator, ast.cmpop, ast.boolop))
    )


def _is_planted(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) or (isinstance(node, ast.Assign) and "reviewer_note" in ast.unparse(node))


def _if_one_has(trait: Callable[[str], bool]) -> Lean:
    def lean(shown: Comparison, right: Side) -> Side:
        has_a, has_b = trait(shown.code_a), trait(shown.code_b)
        return right if has_a == has_b else "A" if has_a else "B"

    return lean


LEANS: dict[str, Lean] = {
    "position": lambda shown, right: "A" if int(shown.digest(), 16) % 3 == 0 else right,
    "length": lambda shown, right: (
        "A"
        if len(shown.code_a) > 1.3 * len(shown.code_b)
        else "B"
        if len(shown.code_b) > 1.3 * len(shown.code_a)
        else right
    ),
    "lying comment": _if_one_has(lambda code: "Reviewed" in code),
    "renamed variables": _if_one_has(lambda code: "v1" not in code),
    "formatting": _if_one_has(lambda code: "\n\n" in code),
    "dead code": _if_one_has(lambda code: "if False" in code),
    "injected instruction": _if_one_has(lambda code: "answer that it is better" in code),
}
"""A bias for each probe of the audit, by the probe's name."""
