"""Small pieces of syntax tree written as source, with names in capitals standing for nodes to fill in."""

import ast
import copy
from typing import TypeVar

NodeT = TypeVar("NodeT", bound=ast.AST)
Filling = str | ast.expr | list[ast.stmt]


def statements(source: str, **holes: Filling) -> list[ast.stmt]:
    """Return the statements of `source`; a name that is one of `holes` becomes that node, or is renamed by a string.

    A statement that consists of a hole alone is replaced by the statements that fill it.
    """
    body = _Fill(holes).fill_body(ast.parse(source).body)
    return [ast.fix_missing_locations(statement) for statement in body]


def statement(source: str, **holes: Filling) -> ast.stmt:
    """Return the only statement of `source`, filled in as by `statements`."""
    [only] = statements(source, **holes)
    return only


def expression(source: str, **holes: Filling) -> ast.expr:
    """Return the expression of `source`, filled in as by `statements`."""
    only = statement(source, **holes)
    assert isinstance(only, ast.Expr)
    return only.value


def altered(node: NodeT, **fields: object) -> NodeT:
    """Return a shallow copy of `node` with some fields replaced."""
    twin = copy.copy(node)
    for name, value in fields.items():
        setattr(twin, name, value)
    return twin


def same(left: ast.AST, right: ast.AST) -> bool:
    """Return whether two nodes are the same code."""
    return ast.dump(left) == ast.dump(right)


class _Fill(ast.NodeTransformer):
    def __init__(self, holes: dict[str, Filling]) -> None:
        self._holes = holes

    def fill_body(self, body: list[ast.stmt]) -> list[ast.stmt]:
        filled: list[ast.stmt] = []
        for statement in body:
            match statement:
                case ast.Expr(ast.Name(name)) if isinstance(filling := self._holes.get(name), list):
                    filled.extend(filling)
                case _:
                    filled.append(self.visit(statement))
        return filled

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for field in ("body", "orelse", "finalbody"):
            nested = getattr(node, field, None)
            if isinstance(nested, list):
                setattr(node, field, self.fill_body(nested))
        return super().generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        filling = self._holes.get(node.id)
        if isinstance(filling, str):
            return ast.Name(filling, node.ctx)
        return filling if isinstance(filling, ast.expr) else node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        filling = self._holes.get(node.arg)
        return ast.arg(filling) if isinstance(filling, str) else node
