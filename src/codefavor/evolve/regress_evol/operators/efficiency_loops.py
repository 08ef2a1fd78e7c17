"""Operators on loops: work that belongs outside, exits that are gone, bounds that are loose."""

import ast
import copy
from random import Random

from codefavor.evolve.regress_evol.operator import Change, Operator, worse
from codefavor.evolve.regress_evol.snippet import LOOPS, Snippet
from codefavor.evolve.regress_evol.template import altered, statements
from codefavor.pairs.criterion import Aspect


class InvariantRecomputed(Operator):
    """A value that does not change is computed anew in every round."""

    name = "invariant-recomputed"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code computes the same value in every round of its loop; the chosen code computes it once."
    visits = (ast.Assign,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Assign([ast.Name(name)], ast.Call() | ast.ListComp() | ast.SetComp() | ast.DictComp() as value):
                uses = snippet.uses(name)
            case _:
                return None
        stores = [n for n in snippet.nodes(ast.Name) if n.id == name and isinstance(n.ctx, ast.Store)]
        loops = {loop for use in uses if isinstance(loop := snippet.loop_around(use), LOOPS)}
        if len(stores) != 1 or len(loops) != 1 or snippet.loop_around(node) in loops:
            return None
        return worse(snippet.tree, _inlined(snippet, name, value))


def _inlined(snippet: Snippet, name: str, value: ast.expr) -> ast.Module:
    class Inline(ast.NodeTransformer):
        def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
            match node:
                case ast.Assign([ast.Name(target)]) if target == name:
                    return None
            return self.generic_visit(node)

        def visit_Name(self, node: ast.Name) -> ast.expr:
            return copy.deepcopy(value) if node.id == name and isinstance(node.ctx, ast.Load) else node

    return snippet.transformed(Inline())


class WorkMovedIntoLoop(Operator):
    """A statement before a loop moves into the loop."""

    name = "work-moved-into-loop"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code repeats in every round of its loop what the chosen code does once before it."
    visits = (ast.For, ast.While)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.For | ast.While)
        previous = snippet.statement_before(node)
        match previous:
            case ast.Assign([ast.Name(name)], ast.Call()) if not snippet.uses(name, getattr(node, "iter", node)):
                stored = [n for child in node.body for n in ast.walk(child) if isinstance(n, ast.Name)]
                if any(n.id == name and isinstance(n.ctx, ast.Store) for n in stored):
                    return None
                inner = altered(node, body=[previous, *node.body])
                kept = [] if rng.random() < 0.6 else [previous]
                return worse(snippet.parent(node) or node, _exchange(snippet, node, previous, [*kept, inner]))
        return None


def _exchange(snippet: Snippet, node: ast.stmt, before: ast.stmt, new: list[ast.stmt]) -> ast.AST:
    """Return the parent of `node` with `before` and `node` replaced by `new`."""
    parent = snippet.parent(node)
    assert parent is not None
    block, position = snippet.siblings(node)
    assert block[position - 1] is before
    return altered(parent, **{snippet.field(node): [*block[: position - 1], *new, *block[position + 1 :]]})


class SortedInLoop(Operator):
    """What is sorted once after a loop is sorted in every round."""

    name = "sorted-in-loop"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code sorts again in every round of its loop."
    visits = (ast.Expr,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Expr(ast.Call(ast.Attribute(values, "append"), [_], [])) if snippet.loop_around(node):
                sort = rng.choice(["VALUES.sort()", "VALUES = sorted(VALUES)", "VALUES = list(VALUES)"])
                if isinstance(values, ast.Name):
                    return worse(node, [node, *statements(sort, VALUES=values)])
        return None


class EarlyExitRemoved(Operator):
    """The loop goes on after the answer is known."""

    name = "early-exit-removed"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code goes on through its loop after the answer is known."
    visits = (ast.Break, ast.Return)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        if isinstance(node, ast.Break):
            block, position = snippet.siblings(node)
            loop = snippet.loop_around(node)
            return worse(node, []) if position and isinstance(loop, ast.For) and not loop.orelse else None
        assert isinstance(node, ast.Return)
        loop = snippet.loop_around(node)
        if not isinstance(loop, ast.For) or loop.orelse or node.value is None:
            return None
        block, position = snippet.siblings(loop)
        match block[position + 1 :]:
            case [ast.Return(ast.expr() as otherwise)] if snippet.parent(loop) is snippet.function:
                name = snippet.fresh("found", "result", "answer")
                return worse(snippet.tree, _single_exit(snippet, loop, name, otherwise))
        return None


def _single_exit(snippet: Snippet, loop: ast.For, name: str, otherwise: ast.expr) -> ast.Module:
    class ToStore(ast.NodeTransformer):
        def visit_Return(self, node: ast.Return) -> ast.AST:
            return ast.Assign([ast.Name(name)], node.value or ast.Constant(None), lineno=0)

    stored = ToStore().visit(copy.deepcopy(loop))
    block, position = snippet.siblings(loop)
    start = statements("NAME = VALUE", NAME=name, VALUE=otherwise)
    body = [*block[:position], *start, stored, ast.Return(ast.Name(name))]
    function = altered(snippet.function, body=body)
    others = [function if statement is snippet.function else statement for statement in snippet.tree.body]
    return ast.Module(others, [])


class IndexSearched(Operator):
    """The position of an element is searched in every round instead of counted along."""

    name = "index-searched"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code searches for the position of each element, which is quadratic."
    visits = (ast.For,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.For(
                ast.Tuple([ast.Name(index), ast.Name(item)]), ast.Call(ast.Name("enumerate"), [ast.Name(values)]), body
            ):
                position = statements("I = VALUES.index(ITEM)", I=index, VALUES=values, ITEM=item)
                return worse(node, ast.For(ast.Name(item), ast.Name(values), [*position, *body], [], lineno=0))
            case ast.For(ast.Tuple([ast.Name(index), ast.Name(item)]), ast.Call(ast.Attribute(values, "items"), []), b):
                read = statements("ITEM = VALUES[KEY]", ITEM=item, VALUES=values, KEY=index)
                return worse(node, ast.For(ast.Name(index), values, [*read, *b], [], lineno=0))
        return None


class LengthRecounted(Operator):
    """A loop counts with indices and asks for the length and each element again."""

    name = "counted-while-loop"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code counts an index by hand and looks every element up by it."
    visits = (ast.For,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        jumps = any(isinstance(child, ast.Continue) for child in ast.walk(node))
        match node:
            case ast.For(ast.Name(name), ast.Call(ast.Name("range"), [end], []), body, []) if not jumps:
                source = "I = 0\nwhile I < END:\n    BODY\n    I += 1"
                return worse(node, statements(source, I=name, END=end, BODY=body))
            case ast.For(ast.Name(name), ast.Name(values), body, []) if not jumps and values != name:
                index = snippet.fresh("i", "k", "index")
                source = rng.choice(
                    [
                        "for I in range(len(VALUES)):\n    ITEM = VALUES[I]\n    BODY",
                        "I = 0\nwhile I < len(VALUES):\n    ITEM = VALUES[I]\n    BODY\n    I += 1",
                    ]
                )
                return worse(node, statements(source, I=index, VALUES=values, ITEM=name, BODY=body))
        return None


class RangeUnbounded(Operator):
    """A bound that saves work is gone: half, root or step."""

    name = "bound-loosened"
    aspect = Aspect.EFFICIENCY
    harm = "The rejected code tries far more values than it needs to."
    visits = (ast.Call,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Name("range"), arguments, []) if arguments:
                bound = arguments[0] if len(arguments) == 1 else arguments[1]
                match bound:
                    case ast.BinOp(ast.Call(_, [inner], []), ast.Add(), ast.Constant(1)) | ast.Call(
                        ast.Name("int") | ast.Attribute(attr="isqrt" | "sqrt" | "ceil"), [inner], []
                    ):
                        return worse(bound, inner)
                    case ast.BinOp(inner, ast.FloorDiv() | ast.RShift(), ast.Constant()):
                        return worse(bound, inner)
        return None


OPERATORS: tuple[Operator, ...] = (
    InvariantRecomputed(),
    WorkMovedIntoLoop(),
    SortedInLoop(),
    EarlyExitRemoved(),
    IndexSearched(),
    LengthRecounted(),
    RangeUnbounded(),
)
