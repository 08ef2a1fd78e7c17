"""What is wrong with a candidate without running it: syntax, undefined names, missing functions, code cut short."""

import ast
from collections.abc import Iterator

from pyflakes import checker, messages

from codefavor.evidence.candidate import ParsedCandidate, is_finished
from codefavor.languages.python.functions import FunctionNode
from codefavor.languages.python.parse import parse
from codefavor.languages.source import Unparsable
from codefavor.pairs.fact import Fact, FactCode

_SERIOUS: dict[type[messages.Message], FactCode] = {
    messages.UndefinedName: FactCode.UNDEFINED_NAME,
    messages.UndefinedLocal: FactCode.UNDEFINED_LOCAL,
    messages.ReturnOutsideFunction: FactCode.RETURN_OUTSIDE_FUNCTION,
    messages.YieldOutsideFunction: FactCode.YIELD_OUTSIDE_FUNCTION,
    messages.ContinueOutsideLoop: FactCode.CONTINUE_OUTSIDE_LOOP,
    messages.BreakOutsideLoop: FactCode.BREAK_OUTSIDE_LOOP,
}
_NAMED = (FactCode.UNDEFINED_NAME, FactCode.UNDEFINED_LOCAL)
_MAX_FACTS = 10


def check_statically(candidate: ParsedCandidate, entry_point: str | None, prelude: str = "") -> tuple[Fact, ...]:
    """Return what is wrong with a candidate, as far as reading it shows.

    Args:
        candidate: the candidate.
        entry_point: the function that it has to define.
        prelude: source that stands before it, whose names it may use.
    """
    tree = candidate.tree
    if isinstance(tree, Unparsable):
        return (_syntax_error(candidate.code, tree),)
    facts = [
        *_missing_function(tree, entry_point),
        *_names(tree, prelude),
        *_unfinished(candidate.functions.get(entry_point or "")),
    ]
    return tuple(facts[:_MAX_FACTS])


def _syntax_error(code: str, why: Unparsable) -> Fact:
    at_end = why.line is not None and why.line >= len(code.rstrip().splitlines())
    return Fact(code=FactCode.SYNTAX_ERROR, message=why.reason, line=why.line, at_end=at_end)


def _missing_function(tree: ast.Module, entry_point: str | None) -> Iterator[Fact]:
    if entry_point is not None and not _defines(tree, entry_point):
        yield Fact(code=FactCode.NO_ENTRY_POINT, name=entry_point)


def _defines(tree: ast.Module, name: str) -> bool:
    for node in tree.body:
        if isinstance(node, FunctionNode | ast.ClassDef) and node.name == name:
            return True
        if any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node) if _is_stored(part)):
            return True
        if isinstance(node, ast.ImportFrom) and any(name == (alias.asname or alias.name) for alias in node.names):
            return True
    return False


def _is_stored(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _names(tree: ast.Module, prelude: str) -> list[Fact]:
    found = sorted(_pyflakes(tree, prelude), key=lambda message: message.lineno)
    facts = [_fact_of(message) for message in found if type(message) in _SERIOUS and message.lineno > 0]
    return list(dict.fromkeys(facts))


def _fact_of(message: messages.Message) -> Fact:
    code = _SERIOUS[type(message)]
    name = str(message.message_args[0]) if code in _NAMED else None
    return Fact(code=code, name=name, line=message.lineno)


def _pyflakes(tree: ast.Module, prelude: str) -> list[messages.Message]:
    """Return what pyflakes says of a candidate below a prelude, whose lines count backwards from 0."""
    before = parse(prelude)
    if not isinstance(before, Unparsable) and before.body:
        ast.increment_lineno(before, -1 - prelude.count("\n"))
        tree = ast.Module([*before.body, *tree.body], tree.type_ignores)
    found: list[messages.Message] = checker.Checker(tree, withDoctest=False).messages
    return found


def _unfinished(node: FunctionNode | None) -> Iterator[Fact]:
    if node is None:
        return
    if not is_finished(node):
        yield Fact(code=FactCode.EMPTY_FUNCTION, name=node.name)
        return
    returns = any(isinstance(part, ast.Return | ast.Yield | ast.YieldFrom | ast.Raise) for part in ast.walk(node))
    prints = any(isinstance(part, ast.Call) and ast.unparse(part.func) == "print" for part in ast.walk(node))
    if prints and not returns:
        yield Fact(code=FactCode.PRINTS_RESULT, name=node.name)
