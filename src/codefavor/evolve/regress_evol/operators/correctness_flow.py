"""Operators on the flow: what is returned, repeated, awaited, caught, and when."""

import ast
from random import Random

from codefavor.evolve.regress_evol.operator import Change, Operator, worse
from codefavor.evolve.regress_evol.snippet import LOOPS, Snippet
from codefavor.evolve.regress_evol.template import altered, statements
from codefavor.pairs.criterion import Aspect

_ERRORS = {
    "KeyError": "IndexError",
    "IndexError": "KeyError",
    "ValueError": "TypeError",
    "TypeError": "ValueError",
    "AttributeError": "NameError",
    "ImportError": "AttributeError",
    "OSError": "EOFError",
    "FileNotFoundError": "IsADirectoryError",
    "StopIteration": "IndexError",
    "UnicodeDecodeError": "UnicodeEncodeError",
}


class ReturnDropped(Operator):
    """The value of a return is computed but not returned, or the return is gone."""

    name = "return-dropped"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code does not return its result."
    visits = (ast.Return,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Return(None | ast.Constant()):
                return None
            case ast.Return(ast.Name()):
                return worse(node, [])
            case ast.Return(ast.expr() as value):
                return worse(node, rng.choice([ast.Expr(value), ast.Assign([ast.Name("result")], value, lineno=0)]))
        return None


class ReturnTooEarly(Operator):
    """The return after a loop stands inside it."""

    name = "return-too-early"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code returns in the first round of its loop."
    visits = (ast.Return,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.Return)
        loop = snippet.statement_before(node)
        if not isinstance(loop, LOOPS) or loop.orelse:
            return None
        closer = altered(loop, body=[*loop.body, node])
        return worse(loop, [closer] if rng.random() < 0.5 else [closer, node])


class AccumulatorReset(Operator):
    """The start value of an accumulator is set in every round."""

    name = "accumulator-reset"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code resets its accumulator in every round of the loop, so only the last round counts."
    visits = (ast.For, ast.While)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.For | ast.While)
        match snippet.statement_before(node):
            case ast.Assign([ast.Name(name)]) as start if _mentions(node.body, name):
                return worse(node, altered(node, body=[start, *node.body]))
        return None


class AccumulatorOverwritten(Operator):
    """`+=` becomes `=`."""

    name = "accumulator-overwritten"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code overwrites its accumulator instead of adding to it."
    visits = (ast.AugAssign,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.AugAssign)
        return worse(node, ast.Assign([node.target], node.value, lineno=0))


class StepRepeated(Operator):
    """A step that must happen once happens twice."""

    name = "step-repeated"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code carries out a step twice."
    visits = (ast.AugAssign, ast.Expr)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.AugAssign() | ast.Expr(ast.Call(ast.Attribute(attr="append" | "extend" | "pop" | "insert"))):
                return worse(node, [node, node])
        return None


class StepDropped(Operator):
    """A statement that changes something is gone."""

    name = "step-dropped"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code leaves out a step."
    visits = (ast.AugAssign, ast.Expr)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.AugAssign() | ast.Expr(ast.Call(ast.Attribute())):
                return worse(node, [])
        return None


class JumpSwapped(Operator):
    """`break` becomes `continue`, and back."""

    name = "jump-swapped"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code leaves its loop where it must go on, or goes on where it must leave."
    visits = (ast.Break, ast.Continue)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        return worse(node, ast.Continue() if isinstance(node, ast.Break) else ast.Break())


class LoopNeverEnds(Operator):
    """The step that brings a while loop to its end is gone."""

    name = "loop-never-ends"
    aspect = Aspect.CORRECTNESS
    harm = "The loop of the rejected code never ends, since nothing changes its condition."
    visits = (ast.AugAssign,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.AugAssign)
        loop = snippet.loop_around(node)
        if not isinstance(loop, ast.While) or not isinstance(node.target, ast.Name):
            return None
        if not snippet.uses(node.target.id, loop.test):
            return None
        frozen = ast.Assign([node.target], ast.Name(node.target.id), lineno=0)
        return worse(node, rng.choice([[], [frozen]]))


class ErrorSwallowed(Operator):
    """Whatever goes wrong is hidden from the caller."""

    name = "error-swallowed"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code hides errors from its caller and goes on with a wrong result."
    visits = (ast.Raise, ast.Return)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Raise():
                return worse(node, rng.choice([ast.Pass(), ast.Return(ast.Constant(None)), ast.Return(None)]))
            case ast.Return(ast.Call()):
                source = rng.choice(
                    [
                        "try:\n    STEP\nexcept Exception:\n    return None",
                        "try:\n    STEP\nexcept Exception:\n    pass",
                        "try:\n    STEP\nexcept:\n    return False",
                    ]
                )
                return worse(node, statements(source, STEP=[node]))
        return None


class WrongErrorCaught(Operator):
    """Another error is caught than the one that can happen."""

    name = "wrong-error-caught"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code catches another error than the one that its body raises."
    visits = (ast.ExceptHandler,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.ExceptHandler(type=ast.Name(name) as caught) if name in _ERRORS:
                return worse(caught, ast.Name(_ERRORS[name]))
        return None


class AwaitDropped(Operator):
    """A coroutine is made but not awaited."""

    name = "await-dropped"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code does not await a coroutine, so it works with the coroutine and not with its result."
    visits = (ast.Await,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.Await)
        return worse(node, node.value)


class Truncated(Operator):
    """The code breaks off before its end."""

    name = "truncated"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code breaks off before its end."
    visits = (ast.FunctionDef,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.FunctionDef)
        if node is not snippet.function or len(node.body) < 4:
            return None
        kept = node.body[: -rng.choice([1, 2])]
        return worse(node, altered(node, body=kept))


def _mentions(body: list[ast.stmt], name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for child in body for node in ast.walk(child))


OPERATORS: tuple[Operator, ...] = (
    ReturnDropped(),
    ReturnTooEarly(),
    AccumulatorReset(),
    AccumulatorOverwritten(),
    StepRepeated(),
    StepDropped(),
    JumpSwapped(),
    LoopNeverEnds(),
    ErrorSwallowed(),
    WrongErrorCaught(),
    AwaitDropped(),
    Truncated(),
)
