"""Operators on values: constants, indices, slices, arithmetic, arguments and defaults."""

import ast
from random import Random

from codefavor.evolve.regress_evol.operator import Change, Operator, worse
from codefavor.evolve.regress_evol.snippet import Snippet
from codefavor.pairs.criterion import Aspect

_ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.Div),
    ast.Div: (ast.FloorDiv, ast.Mult),
    ast.FloorDiv: (ast.Div, ast.Mod),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}


def _is_int(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int


def _off_by_one(node: ast.expr, rng: Random) -> ast.expr:
    """Return `node` one larger or smaller; a step that is already there is undone rather than doubled."""
    match node:
        case ast.Constant(int(value)):
            return ast.Constant(value + rng.choice([1, -1])) if value > 0 else ast.Constant(1)
        case ast.UnaryOp(ast.USub(), ast.Constant(int(value))):
            return ast.UnaryOp(ast.USub(), ast.Constant(value + 1))
        case ast.BinOp(inner, ast.Add() | ast.Sub(), ast.Constant(1)):
            return inner
    return ast.BinOp(node, rng.choice([ast.Add(), ast.Sub()]), ast.Constant(1))


class ConstantOffByOne(Operator):
    """A whole number is one too large or too small."""

    name = "constant-off-by-one"
    aspect = Aspect.CORRECTNESS
    harm = "A constant of the rejected code is off by one."
    visits = (ast.Constant,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.Constant)
        parent = snippet.parent(node)
        inside_index = isinstance(parent, ast.Slice | ast.UnaryOp | ast.JoinedStr)
        return None if inside_index or not _is_int(node) else worse(node, _off_by_one(node, rng))


class SliceOffByOne(Operator):
    """A slice begins or ends one element off."""

    name = "slice-off-by-one"
    aspect = Aspect.CORRECTNESS
    harm = "A slice of the rejected code begins or ends one element off."
    visits = (ast.Slice,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Slice(ast.expr() as lower, upper, step):
                return worse(node, ast.Slice(_off_by_one(lower, rng), upper, step))
            case ast.Slice(None, ast.expr() as upper, step):
                return worse(node, ast.Slice(None, _off_by_one(upper, rng), step))
        return None


class RangeOffByOne(Operator):
    """A range begins or ends one step off."""

    name = "range-off-by-one"
    aspect = Aspect.CORRECTNESS
    harm = "A loop of the rejected code runs over a range that is one step off."
    visits = (ast.Call,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Name("range"), [end], []):
                arguments = rng.choice([[_off_by_one(end, rng)], [ast.Constant(1), end]])
                return worse(node, ast.Call(ast.Name("range"), arguments, []))
            case ast.Call(ast.Name("range"), [start, end, *step], []):
                bounds = rng.choice([[_off_by_one(start, rng), end], [start, _off_by_one(end, rng)]])
                return worse(node, ast.Call(ast.Name("range"), [*bounds, *step], []))
        return None


class IndexOffByOne(Operator):
    """A sequence is read one element off."""

    name = "index-off-by-one"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code reads the element beside the right one."
    visits = (ast.Subscript,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Subscript(slice=ast.Constant(int()) | ast.UnaryOp(ast.USub()) | ast.BinOp() as index):
                return worse(index, _off_by_one(index, rng))
        return None


class ArithmeticSwapped(Operator):
    """`+` becomes `-`, `//` becomes `/`, and the like."""

    name = "arithmetic-swapped"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code computes with the wrong arithmetic operator."
    visits = (ast.BinOp, ast.AugAssign)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.BinOp | ast.AugAssign)
        operands = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.value,)
        is_text = any(isinstance(o, ast.JoinedStr | ast.List | ast.Tuple) or _is_text(o) for o in operands)
        if is_text or type(node.op) not in _ARITHMETIC:
            return None
        other = rng.choice(_ARITHMETIC[type(node.op)])()
        if isinstance(node, ast.BinOp):
            return worse(node, ast.BinOp(node.left, other, node.right))
        return worse(node, ast.AugAssign(node.target, other, node.value))


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)


class OperandsSwapped(Operator):
    """The operands of a subtraction, division or concatenation change places."""

    name = "operands-swapped"
    aspect = Aspect.CORRECTNESS
    harm = "The operands of the rejected code stand in the wrong order."
    visits = (ast.BinOp,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.BinOp(left, ast.Sub() | ast.Div() | ast.FloorDiv() | ast.Mod() | ast.Pow() as op, right):
                return None if _is_text(left) else worse(node, ast.BinOp(right, op, left))
            case ast.BinOp(left, ast.Add(), right) if _is_text(left) or _is_text(right):
                return worse(node, ast.BinOp(right, ast.Add(), left))
        return None


class DefaultChanged(Operator):
    """The default of a parameter is another value."""

    name = "default-changed"
    aspect = Aspect.CORRECTNESS
    harm = "A parameter of the rejected code has the wrong default."
    visits = (ast.arguments,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.arguments)
        plain = [d for d in (*node.defaults, *node.kw_defaults) if isinstance(d, ast.Constant)]
        if not plain:
            return None
        default = rng.choice(plain)
        match default.value:
            case bool(value):
                return worse(default, ast.Constant(not value))
            case int(value) | float(value):
                return worse(default, ast.Constant(value + 1 if value == 0 else rng.choice([0, -value])))
            case None:
                return worse(default, rng.choice([ast.List([]), ast.Dict([], []), ast.Constant(0)]))
            case str(value):
                return worse(default, ast.Constant("" if value else None))
        return None


OPERATORS: tuple[Operator, ...] = (
    ConstantOffByOne(),
    SliceOffByOne(),
    RangeOffByOne(),
    IndexOffByOne(),
    ArithmeticSwapped(),
    OperandsSwapped(),
    DefaultChanged(),
)
