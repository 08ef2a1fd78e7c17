"""Operators on safeguards in code as it stands: checks, escaping, encryption, errors that are not passed over."""

import ast
from random import Random

from codefavor.evolve.regress_evol.operator import Change, Operator, better, worse
from codefavor.evolve.regress_evol.snippet import Snippet
from codefavor.evolve.regress_evol.template import statements
from codefavor.pairs.criterion import Aspect


class CheckAsserted(Operator):
    """A check that raises becomes an `assert`, which is gone under -O."""

    name = "check-asserted"
    aspect = Aspect.SECURITY
    harm = "The rejected code checks its input with assert, which an optimised run leaves out."
    visits = (ast.If,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.If(test, [ast.Raise(ast.Call(args=[message, *_]))], []):
                holds = test.operand if isinstance(test, ast.UnaryOp) else ast.UnaryOp(ast.Not(), test)
                return worse(node, ast.Assert(holds, message))
        return None


class AssertToCheck(Operator):
    """Code as found asserts; the better code raises."""

    name = "assert-to-check"
    aspect = Aspect.SECURITY
    harm = "The rejected code checks its input with assert, which an optimised run leaves out."
    visits = (ast.Assert,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        assert isinstance(node, ast.Assert)
        fails = node.test.operand if isinstance(node.test, ast.UnaryOp) else ast.UnaryOp(ast.Not(), node.test)
        error = rng.choice(["ValueError", "TypeError"])
        source = "if TEST:\n    raise ERROR(MESSAGE)" if node.msg else "if TEST:\n    raise ERROR('invalid argument')"
        message = node.msg or ast.Constant("")
        return better(node, statements(source, TEST=fails, ERROR=error, MESSAGE=message)[0])


class InputCheckDropped(Operator):
    """The check that refuses bad input is gone."""

    name = "input-check-dropped"
    aspect = Aspect.SECURITY
    harm = "The rejected code accepts input that the chosen code refuses."
    visits = (ast.If,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.If(test, [ast.Raise(ast.expr())], []) if any(snippet.uses(p, test) for p in snippet.parameters):
                return worse(node, [])
        return None


class PlainTransport(Operator):
    """An address loses its encryption."""

    name = "plain-transport"
    aspect = Aspect.SECURITY
    harm = "The rejected code sends and receives without encryption."
    visits = (ast.Constant,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Constant(str(text)) if "https://" in text:
                return worse(node, ast.Constant(text.replace("https://", "http://")))
            case ast.Constant(str(text)) if text.startswith("http://") and "localhost" not in text:
                return better(node, ast.Constant(text.replace("http://", "https://")))
        return None


class EscapeDropped(Operator):
    """Text that must be escaped or quoted goes out as it is."""

    name = "escape-dropped"
    aspect = Aspect.SECURITY
    harm = "The rejected code passes text on without escaping it."
    visits = (ast.Call,)
    escapers = frozenset(
        {"escape", "quote", "quoteattr", "quote_plus", "html_escape", "basename", "realpath", "abspath"}
    )

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.Call(ast.Name(name) | ast.Attribute(attr=name), [text, *_], _) if name in self.escapers:
                return worse(node, text)
        return None


class BroadExcept(Operator):
    """Every error is caught and passed over, so that an attack leaves no trace and failures go open."""

    name = "errors-ignored"
    aspect = Aspect.SECURITY
    harm = "The rejected code passes over every error, a failed check included."
    visits = (ast.ExceptHandler,)

    def change(self, node: ast.AST, snippet: Snippet, rng: Random) -> Change | None:
        """See the class."""
        match node:
            case ast.ExceptHandler(ast.expr(), _, [ast.Raise()] | [_, ast.Raise()] | [ast.Return()]):
                return worse(node, ast.ExceptHandler(rng.choice([None, ast.Name("Exception")]), None, [ast.Pass()]))
        return None


OPERATORS: tuple[Operator, ...] = (
    CheckAsserted(),
    AssertToCheck(),
    InputCheckDropped(),
    PlainTransport(),
    EscapeDropped(),
    BroadExcept(),
)
