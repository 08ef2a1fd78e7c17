"""Operators on conditions and branches: what is tested, which way, and what follows from it."""

import ast
from random import Random
from typing import ClassVar

from codefavor.evolve.regress_evol.operator import Change, Operator, worse
from codefavor.evolve.regress_evol.snippet import Snippet
from codefavor.evolve.regress_evol.template import expression
from codefavor.pairs.criterion import Aspect

_SHIFTED: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.Gt,
    ast.Gt: ast.Lt,
    ast.LtE: ast.GtE,
    ast.GtE: ast.LtE,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


class ComparisonExchanged(Operator):
    """A comparison becomes another one by a table."""

    visits = (ast.Compare,)
    exchanges: ClassVar[dict[type[ast.cmpop], type[ast.cmpop]]]
    """What becomes of which comparison."""

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Compare(left, [comparison], right) if type(comparison) in self.exchanges:
                return worse(node, ast.Compare(left, [self.exchanges[type(comparison)]()], right))
        return None


class BoundaryShifted(ComparisonExchanged):
    """`<` becomes `<=`, `>=` becomes `>`, and back."""

    name = "boundary-shifted"
    aspect = Aspect.CORRECTNESS
    harm = "A comparison of the rejected code treats the boundary value wrongly; the chosen code has it right."
    exchanges = _SHIFTED


class ComparisonFlipped(ComparisonExchanged):
    """`==` becomes `!=`, `<` becomes `>`, `in` becomes `not in`, and back."""

    name = "comparison-flipped"
    aspect = Aspect.CORRECTNESS
    harm = "A comparison of the rejected code goes the wrong way round, so it takes the wrong branch."
    exchanges = _OPPOSITE


class ConditionInverted(Operator):
    """`if x` becomes `if not x`, and back."""

    name = "condition-inverted"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code acts when its condition does not hold and does nothing when it holds."
    visits = (ast.If, ast.IfExp, ast.While)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.If | ast.IfExp | ast.While)
        match node.test:
            case ast.UnaryOp(ast.Not(), inner):
                return worse(node.test, inner)
            case ast.Name() | ast.Call() | ast.Attribute() | ast.BoolOp():
                return worse(node.test, ast.UnaryOp(ast.Not(), node.test))
        return None


class ConnectiveSwapped(Operator):
    """`and` becomes `or`, and back."""

    name = "connective-swapped"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code joins its conditions with the wrong one of `and` and `or`."
    visits = (ast.BoolOp,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.BoolOp)
        return worse(node, ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values))


class BranchesSwapped(Operator):
    """The bodies of an `if` and its `else` change places."""

    name = "branches-swapped"
    aspect = Aspect.CORRECTNESS
    harm = "The two branches of the rejected code stand in each other's place."
    visits = (ast.If, ast.IfExp)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.If(test, body, [first, *rest]) if not isinstance(first, ast.If):
                return worse(node, ast.If(test, [first, *rest], body))
            case ast.IfExp(test, body, orelse):
                return worse(node, ast.IfExp(test, orelse, body))
        return None


class GuardDropped(Operator):
    """The check of a special case, which only returns, raises or goes on, is gone."""

    name = "guard-dropped"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code no longer handles a special case that the chosen code checks for."
    visits = (ast.If,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.If(body=[ast.Return() | ast.Raise() | ast.Continue()], orelse=[]):
                return worse(node, [])
        return None


class ConditionNarrowed(Operator):
    """A further condition, which has no business there, is joined to a test."""

    name = "condition-narrowed"
    aspect = Aspect.CORRECTNESS
    harm = "A condition of the rejected code asks for more than it should and so misses valid cases."
    visits = (ast.If,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.If)
        names = [name for name in snippet.parameters if not snippet.uses(name, node.test)]
        if not names:
            return None
        join = rng.choice(["TEST and NAME", "TEST and (not NAME)", "TEST or NAME", "TEST or not NAME"])
        return worse(node.test, expression(join, TEST=node.test, NAME=rng.choice(names)))


class ConditionPartDropped(Operator):
    """One of several joined conditions is gone."""

    name = "condition-part-dropped"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code leaves out one of the conditions that the chosen code checks together."
    visits = (ast.BoolOp,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.BoolOp)
        values = list(node.values)
        del values[rng.randrange(len(values))]
        return worse(node, values[0] if len(values) == 1 else ast.BoolOp(node.op, values))


class IdentityForEquality(Operator):
    """`==` with a number or text becomes `is`."""

    name = "identity-for-equality"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code compares values by identity, which holds only by accident of interning."
    visits = (ast.Compare,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Compare(left, [ast.Eq() | ast.NotEq() as op], [right]):
                identity = ast.Is() if isinstance(op, ast.Eq) else ast.IsNot()
                return worse(node, ast.Compare(left, [identity], [right]))
        return None


OPERATORS: tuple[Operator, ...] = (
    BoundaryShifted(),
    ComparisonFlipped(),
    ConditionInverted(),
    ConnectiveSwapped(),
    BranchesSwapped(),
    GuardDropped(),
    ConditionNarrowed(),
    ConditionPartDropped(),
    IdentityForEquality(),
)
