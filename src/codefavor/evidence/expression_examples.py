"""From Python expressions to examples: a call with its value, or a condition that holds of calls. It reads no prose."""

import ast
from collections.abc import Iterator

from codefavor.evidence.entry_point import EntryPoint
from codefavor.evidence.example import WorkedExample


def example_of_condition(test: ast.expr, entry_point: EntryPoint, setup: list[str]) -> Iterator[WorkedExample]:
    """Turn a condition that holds of calls into an example, a plain equation where it is one."""
    calls = calls_in(test, entry_point.name)
    if not calls:
        return
    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq | ast.Is):
        left, right = test.left, test.comparators[0]
        if is_call(right, entry_point.name) and not calls_in(left, entry_point.name):
            left, right = right, left
        if is_call(left, entry_point.name) and not calls_in(right, entry_point.name):
            yield example_of_call(left, ast.unparse(right), setup)
            return
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Name) and test.func.id == entry_point.name:
        yield WorkedExample("\n".join([*setup, ast.unparse(test)]), "holds", "bool(_)", _arguments(test))
    elif isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp | ast.Call):
        yield _holds(test, calls, setup)


def _holds(test: ast.expr, calls: list[ast.Call], setup: list[str]) -> WorkedExample:
    sources = [ast.unparse(call) for call in calls]
    condition = ast.unparse(test)
    if len(sources) == 1:
        return WorkedExample(
            "\n".join([*setup, sources[0]]), "holds", condition.replace(sources[0], "_"), _arguments(calls[0])
        )
    for index, source in enumerate(sources):
        condition = condition.replace(source, f"_[{index}]")
    return WorkedExample("\n".join([*setup, f"[{', '.join(sources)}]"]), "holds", condition)


def example_of_call(call: ast.expr, expected: str, setup: list[str]) -> WorkedExample:
    """Return the example that a call, after `setup`, gives what is expected."""
    arguments = _arguments(call) if isinstance(call, ast.Call) and not setup else None
    return WorkedExample("\n".join([*setup, ast.unparse(call)]), "equals", expected, arguments)


def _arguments(call: ast.Call) -> tuple[str, ...] | None:
    if call.keywords or any(isinstance(argument, ast.Starred) for argument in call.args):
        return None
    return tuple(ast.unparse(argument) for argument in call.args)


def is_call(node: ast.expr, name: str) -> bool:
    """Return whether an expression is a call of the function `name`."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def calls_in(node: ast.AST, name: str) -> list[ast.Call]:
    """Return the calls of the function `name` within an expression."""
    return [
        child
        for child in ast.walk(node)
        if isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id == name
    ]
