"""What rules ask of syntax nodes: the arguments of a call, and constants."""

import ast


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a keyword argument, None when it is not given."""
    return next((argument.value for argument in call.keywords if argument.arg == name), None)


def argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    """Return an argument given by position or by name, None when it is not given."""
    if len(call.args) > position and not any(isinstance(item, ast.Starred) for item in call.args[: position + 1]):
        return call.args[position]
    return keyword(call, name)


def is_constant(node: ast.AST | None, value: object) -> bool:
    """Whether the node is exactly this constant (True is not 1)."""
    return isinstance(node, ast.Constant) and type(node.value) is type(value) and node.value == value


def text_of(node: ast.expr | None) -> str | None:
    """Return the text of a string constant, None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
