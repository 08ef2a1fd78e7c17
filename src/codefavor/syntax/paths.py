"""Paths through the syntax tree of Python code: which kinds of nodes stand inside which, and in what part of them.

Names do not appear in them, so they tell structure alone: what is returned, what a loop holds, how a test is built.
"""

import ast
from collections.abc import Iterator

from codefavor.syntax.parse import parse

_NODES = 3
_NOT_NODES = (ast.Load, ast.Store, ast.Del)


def tree_paths(code: str) -> frozenset[str] | None:
    """Return every path of one to three nodes down the tree, such as "For.body>If.test>Compare"; None without a tree.

    A path ends with a node and starts with one, or with the part of a node that the next one stands in.
    """
    tree = parse(code)
    if not isinstance(tree, ast.Module):
        return None
    found: set[str] = set()
    waiting: list[tuple[ast.AST, tuple[str, ...]]] = [(tree, ())]
    while waiting:
        node, above = waiting.pop()
        path = (*above, _kind(node))
        found.update("".join(path[start:]) for start in range(len(path)))
        waiting += [(child, (*path, f".{part}>")[2 - 2 * _NODES :]) for part, child in _children(node)]
    return frozenset(found)


def _children(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    for part, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not isinstance(child, _NOT_NODES):
                yield part, child


def _kind(node: ast.AST) -> str:
    """Return the kind of a node; constants say of which type they are."""
    kind = type(node).__name__
    return f"{kind}:{type(node.value).__name__}" if isinstance(node, ast.Constant) else kind
