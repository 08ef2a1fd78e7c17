"""Python code that an instruction asks for: whether it binds a name, and a reply reduced to what the name needs."""

import ast

from codefavor.languages.python.parse import parse
from codefavor.languages.source import Unparsable


def binds(code: str, name: str) -> bool:
    """Return whether `code` binds `name` anywhere: at top level, in a class or in a function."""
    tree = parse(code)
    if isinstance(tree, Unparsable):
        return False
    return any(name in _bound_by(node) for node in ast.walk(tree) if isinstance(node, ast.stmt))


def reduce_python(code: str, name: str | None) -> str:
    """Return the top-level statements of `code` that `name` needs, imports included, in their order and as written.

    Code that does not parse or does not bind `name` at top level stays whole; so does all code when `name` is None,
    but for calls and prints that only try it out.
    """
    tree = parse(code)
    if isinstance(tree, Unparsable):
        return code
    bound = [_bound_by(statement) for statement in tree.body]
    if name is None or not any(name in names for names in bound):
        kept = [statement for statement in tree.body if not _is_trial(statement)]
    else:
        wanted = _needed(tree.body, bound, name)
        kept = [statement for statement, wants in zip(tree.body, wanted, strict=True) if wants]
    if not kept or len(kept) == len(tree.body):
        return code.strip("\n")
    return "\n".join(_text_of(code.split("\n"), statement) for statement in kept)


def _needed(body: list[ast.stmt], bound: list[set[str]], name: str) -> list[bool]:
    used = [{node.id for node in ast.walk(statement) if isinstance(node, ast.Name)} for statement in body]
    wanted = [_is_future(statement) for statement in body]
    queue = [name]
    seen = {name}
    while queue:
        current = queue.pop()
        for place, names in enumerate(bound):
            if current in names and not wanted[place]:
                wanted[place] = True
                fresh = used[place] - seen
                seen |= fresh
                queue.extend(sorted(fresh))
    return wanted


def _bound_by(statement: ast.stmt) -> set[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return {(alias.asname or alias.name).partition(".")[0] for alias in names}
        case ast.If() | ast.Try() | ast.With() | ast.For() | ast.While() if not _is_main_guard(statement):
            children = [
                child for child in ast.walk(statement) if isinstance(child, ast.stmt) and child is not statement
            ]
            return {name for child in children for name in _bound_by(child)}
        case _:
            stored = (node for node in ast.iter_child_nodes(statement) for node in ast.walk(node))
            return {node.id for node in stored if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _is_main_guard(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and "__name__" in ast.dump(statement.test)


def _is_trial(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return True
    return isinstance(statement, ast.Assert) or _is_main_guard(statement)


def _text_of(lines: list[str], statement: ast.stmt) -> str:
    first = min([statement.lineno, *(node.lineno for node in getattr(statement, "decorator_list", []))])
    return "\n".join(lines[first - 1 : statement.end_lineno])
