"""Operators on calls and lookups: the wrong function, order, direction or type, a copy or a default that is gone."""

import ast
from random import Random

from codefavor.evolve.regress_evol.operator import Change, Operator, worse
from codefavor.evolve.regress_evol.snippet import Snippet
from codefavor.evolve.regress_evol.template import expression, same
from codefavor.pairs.criterion import Aspect

_TWINS = (("min", "max"), ("any", "all"), ("floor", "ceil"), ("sin", "cos"), ("int", "float"))
_METHOD_TWINS = (
    ("append", "extend"),
    ("lstrip", "rstrip"),
    ("startswith", "endswith"),
    ("upper", "lower"),
    ("find", "rfind"),
    ("encode", "decode"),
    ("keys", "values"),
    ("split", "rsplit"),
    ("partition", "rpartition"),
    ("union", "intersection"),
    ("add", "discard"),
    ("match", "search"),
    ("get", "pop"),
    ("floor", "ceil"),
)


def _twins(pairs: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {**dict(pairs), **{right: left for left, right in pairs}}


_TWIN_OF = _twins(_TWINS)
_METHOD_TWIN_OF = _twins(_METHOD_TWINS)


class ArgumentsSwapped(Operator):
    """Two arguments of a call change places."""

    name = "arguments-swapped"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code passes two arguments in the wrong order."
    visits = (ast.Call,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Name("min" | "max" | "print" | "zip")):
                return None
            case ast.Call(function, [ast.expr() as first, ast.expr() as second, *rest], keywords):
                starred = isinstance(first, ast.Starred) or isinstance(second, ast.Starred)
                if not starred and not same(first, second):
                    return worse(node, ast.Call(function, [second, first, *rest], keywords))
        return None


class TwinCalled(Operator):
    """A function or method that is easily mistaken for the right one: min and max, lstrip and rstrip."""

    name = "twin-called"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code calls a function that is easily mistaken for the right one."
    visits = (ast.Call,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Name(name) as function) if name in _TWIN_OF and name not in {"float", "sin", "cos"}:
                return worse(function, ast.Name(_TWIN_OF[name]))
            case ast.Call(ast.Attribute(value, name) as function) if name in _METHOD_TWIN_OF:
                return worse(function, ast.Attribute(value, _METHOD_TWIN_OF[name]))
        return None


class SortDirectionChanged(Operator):
    """A sort runs the other way."""

    name = "sort-direction-changed"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code sorts in the wrong direction."
    visits = (ast.Call,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Name("sorted") | ast.Attribute(attr="sort"), arguments, keywords):
                kept = [keyword for keyword in keywords if keyword.arg != "reverse"]
                if len(kept) == len(keywords):
                    kept.append(ast.keyword("reverse", ast.Constant(True)))
                return worse(node, ast.Call(node.func, arguments, kept))
        return None


class BytesForText(Operator):
    """Text where bytes belong, or bytes where text belongs."""

    name = "bytes-for-text"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code mixes bytes and text, which raises or compares unequal."
    visits = (ast.Call, ast.Constant)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Attribute(value, "encode" | "decode")):
                return worse(node, value)
            case ast.Constant(bytes(value)) if value.isascii():
                return worse(node, ast.Constant(value.decode("ascii")))
            case ast.Constant(str(value)) if value.isascii() and 0 < len(value) < 30:
                if isinstance(snippet.parent(node), ast.Call | ast.Compare | ast.BinOp):
                    return worse(node, ast.Constant(value.encode("ascii")))
        return None


class CopyDropped(Operator):
    """A container is shared where it must be copied."""

    name = "copy-dropped"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code changes its caller's data, since it does not copy it first."
    visits = (ast.Call,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Attribute(value, "copy"), [], []):
                return None if isinstance(value, ast.Name) and value.id == "copy" else worse(node, value)
            case ast.Call(ast.Name("list" | "dict" | "set"), [ast.Name() | ast.Attribute() as value], []):
                return worse(node, value)
        return None


class MissingKeyUnhandled(Operator):
    """A lookup with a default becomes one without, or one that must succeed becomes one that gives None."""

    name = "missing-key-unhandled"
    aspect = Aspect.CORRECTNESS
    harm = "The rejected code does not treat a missing key as the chosen code does."
    visits = (ast.Call, ast.Subscript)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Attribute(value, "get"), [key, *_], []):
                return worse(node, ast.Subscript(value, key, ast.Load()))
            case ast.Subscript(value, ast.Constant(str()) as key, ast.Load()):
                return worse(node, expression("VALUE.get(KEY)", VALUE=value, KEY=key))
        return None


OPERATORS: tuple[Operator, ...] = (
    ArgumentsSwapped(),
    TwinCalled(),
    SortDirectionChanged(),
    BytesForText(),
    CopyDropped(),
    MissingKeyUnhandled(),
)
