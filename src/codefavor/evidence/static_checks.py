"""What is wrong with a candidate without running it: syntax, undefined names, missing functions, code cut short."""

import ast
import warnings
from importlib.util import find_spec

from pyflakes import checker, messages

from codefavor.evidence.entry_point import FunctionNode, parse, top_functions

_SERIOUS = (
    messages.UndefinedName,
    messages.UndefinedLocal,
    messages.ReturnOutsideFunction,
    messages.ContinueOutsideLoop,
    messages.BreakOutsideLoop,
    messages.YieldOutsideFunction,
)
_MOST = 10


def find_problems(code: str, entry: str | None, given: str = "") -> tuple[str, ...]:
    """Return one sentence for each problem of `code`.

    Args:
        code: the candidate.
        entry: the function that it has to define.
        given: source that stands before it, whose names it may use.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = parse(code)
        if tree is None:
            return (_syntax_problem(code),)
        problems = [*_missing_function(tree, entry), *_names(given, code), *_empty_function(tree, entry)]
    return tuple(problems[:_MOST])


def _syntax_problem(code: str) -> str:
    try:
        ast.parse(code)
    except SyntaxError as error:
        at_end = (error.lineno or 0) >= len(code.rstrip().splitlines())
        cut = ", the code seems cut short" if at_end else ""
        return f"It is not Python 3: {error.msg} in line {error.lineno}{cut}."
    except (ValueError, RecursionError, MemoryError) as error:
        return f"It is not Python 3: {error}."
    return "It is not Python 3."


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


def _names(given: str, code: str) -> list[str]:
    source = f"{given}\n{code}" if given else code
    tree = parse(source)
    if tree is None:
        return []
    offset = source.count("\n") - code.count("\n")
    found = sorted(checker.Checker(tree, withDoctest=False).messages, key=lambda message: message.lineno)
    problems = [
        f"{message.message % message.message_args} in line {message.lineno - offset}."
        for message in found
        if isinstance(message, _SERIOUS) and message.lineno > offset
    ]
    return [*dict.fromkeys(problems), *_unknown_modules(code)]


def _unknown_modules(code: str) -> list[str]:
    tree = parse(code)
    roots = set()
    for node in ast.walk(tree) if tree else ():
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


def _empty_function(tree: ast.Module, entry: str | None) -> list[str]:
    node = top_functions(tree).get(entry or "")
    if node is None:
        return []
    body = [part for part in node.body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]
    if all(isinstance(part, ast.Pass) for part in body):
        return [f"The function {entry} has no body."]
    returns = any(isinstance(part, ast.Return | ast.Yield | ast.YieldFrom | ast.Raise) for part in ast.walk(node))
    prints = any(isinstance(part, ast.Call) and ast.unparse(part.func) == "print" for part in ast.walk(node))
    return [f"The function {entry} prints its result and returns none."] if prints and not returns else []
