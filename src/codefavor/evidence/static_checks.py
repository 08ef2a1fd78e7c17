"""What is wrong with a candidate without running it: syntax, undefined names, missing functions, code cut short."""

import ast
from importlib.util import find_spec

from pyflakes import checker, messages

from codefavor.evidence.candidate import ParsedCandidate, is_finished
from codefavor.languages.python.functions import FunctionNode
from codefavor.languages.python.parse import Unparsable, parse

_SERIOUS = (
    messages.UndefinedName,
    messages.UndefinedLocal,
    messages.ReturnOutsideFunction,
    messages.ContinueOutsideLoop,
    messages.BreakOutsideLoop,
    messages.YieldOutsideFunction,
)
_MOST = 10


def find_problems(candidate: ParsedCandidate, entry_point: str | None, prelude: str = "") -> tuple[str, ...]:
    """Return one sentence for each problem of a candidate.

    Args:
        candidate: the candidate.
        entry_point: the function that it has to define.
        prelude: source that stands before it, whose names it may use.
    """
    tree = candidate.tree
    if isinstance(tree, Unparsable):
        return (_syntax_problem(candidate.code, tree),)
    problems = [
        *_missing_function(tree, entry_point),
        *_names(tree, prelude),
        *_empty_function(candidate.functions.get(entry_point or "")),
    ]
    return tuple(problems[:_MOST])


def _syntax_problem(code: str, why: Unparsable) -> str:
    if why.line is None:
        return f"It is not Python 3: {why.reason}."
    cut = ", the code seems cut short" if why.line >= len(code.rstrip().splitlines()) else ""
    return f"It is not Python 3: {why.reason} in line {why.line}{cut}."


def _missing_function(tree: ast.Module, entry: str | None) -> list[str]:
    if entry is None or _defines(tree, entry):
        return []
    return [f"It defines no function {entry}."]


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


def _names(tree: ast.Module, prelude: str) -> list[str]:
    found = sorted(_pyflakes(tree, prelude), key=lambda message: message.lineno)
    problems = [
        f"{message.message % message.message_args} in line {message.lineno}."
        for message in found
        if isinstance(message, _SERIOUS) and message.lineno > 0
    ]
    return [*dict.fromkeys(problems), *_unknown_modules(tree)]


def _pyflakes(tree: ast.Module, prelude: str) -> list[messages.Message]:
    """Return what pyflakes says of a candidate below a prelude, whose lines count backwards from 0."""
    before = parse(prelude)
    if isinstance(before, Unparsable) or not before.body:
        found: list[messages.Message] = checker.Checker(tree, withDoctest=False).messages
        return found
    ast.increment_lineno(before, -1 - prelude.count("\n"))
    whole = ast.Module([*before.body, *tree.body], tree.type_ignores)
    found = checker.Checker(whole, withDoctest=False).messages
    return found


def _unknown_modules(tree: ast.Module) -> list[str]:
    roots = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            roots |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            roots.add(node.module.partition(".")[0])
    return [f"It imports {name}, which is not installed here." for name in sorted(roots) if not _is_installed(name)]


def _is_installed(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _empty_function(node: FunctionNode | None) -> list[str]:
    if node is None:
        return []
    if not is_finished(node):
        return [f"The function {node.name} has no body."]
    returns = any(isinstance(part, ast.Return | ast.Yield | ast.YieldFrom | ast.Raise) for part in ast.walk(node))
    prints = any(isinstance(part, ast.Call) and ast.unparse(part.func) == "print" for part in ast.walk(node))
    return [f"The function {node.name} prints its result and returns none."] if prints and not returns else []
