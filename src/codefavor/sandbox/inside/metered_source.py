"""Rewrites a candidate so that whatever may do much work in one instruction passes a meter first.

`f(x)` becomes `__meter__.call(f)(x)`, `a in b` becomes `__meter__.compare("In", a, b)`, and so on for operators, slices
and displays that copy. What it computes stays the same. It measures nothing; see `metering`.
"""

import ast
from typing import TypeVar

METER = "__meter__"
"""The name under which the rewritten code finds its meter."""
_OF_THE_FRAME = frozenset(("super", "locals", "globals", "vars", "dir", "eval", "exec"))
"""Functions that look at the frame that calls them, and so are left alone."""
_BINARY = ("Add", "Sub", "Mult", "Mod", "FloorDiv", "Pow", "BitOr", "BitAnd", "BitXor", "LShift")
_COMPARED = ("In", "NotIn", "Eq", "NotEq", "Lt", "LtE", "Gt", "GtE")
_Expression = TypeVar("_Expression", bound=ast.expr)


def metered(code: str) -> ast.Module:
    """Return the syntax tree of `code` with every possibly long instruction metered.

    Raises:
        SyntaxError: it is not Python.
    """
    tree = ast.parse(code)
    _Metered().generic_visit(tree)
    return ast.fix_missing_locations(tree)


def _ask(method: str, *arguments: ast.expr) -> ast.Call:
    meter = ast.Attribute(ast.Name(METER, ast.Load()), method, ast.Load())
    return ast.Call(meter, list(arguments), [])


def _is_slice(node: ast.expr) -> bool:
    return isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)


class _Metered(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if not (isinstance(node.func, ast.Name) and node.func.id in _OF_THE_FRAME):
            node.func = _ask("call", node.func)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        name = type(node.op).__name__
        return _ask("binary", ast.Constant(name), node.left, node.right) if name in _BINARY else node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        name = type(node.ops[0]).__name__
        if len(node.ops) > 1 or name not in _COMPARED:
            return node
        return _ask("compare", ast.Constant(name), node.left, node.comparators[0])

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load) or not isinstance(node.slice, ast.Slice):
            return node
        bounds = (node.slice.lower, node.slice.upper, node.slice.step)
        return _ask("made" if any(bounds) else "copied", node)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.expr:
        node.value = self.visit(node.value)  # its format is a text of its own and has to stay one
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:
        self.generic_visit(node)
        return _ask("made", node)

    def _display(self, node: _Expression) -> ast.expr:
        self.generic_visit(node)
        parts = getattr(node, "elts", [])
        copies = isinstance(getattr(node, "ctx", ast.Load()), ast.Load) and any(
            isinstance(part, ast.Starred) for part in parts
        )
        return _ask("made", node) if copies else node

    visit_List = visit_Tuple = visit_Set = _display

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        self.generic_visit(node)
        name = type(node.op).__name__
        if name not in _BINARY:
            return node
        if not isinstance(node.target, ast.Name):
            node.value = _ask("taken", node.value)
            return node
        now = ast.Name(node.target.id, ast.Load())
        changed = _ask("binary", ast.Constant(f"I{name}"), now, node.value)
        return ast.copy_location(ast.Assign([node.target], changed), node)

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        self.generic_visit(node)
        if any(_is_slice(target) for target in node.targets):
            node.value = _ask("taken", node.value)
        return node

    def visit_Delete(self, node: ast.Delete) -> ast.stmt | list[ast.stmt]:
        self.generic_visit(node)
        names = [part.value for part in node.targets if isinstance(part, ast.Subscript)]
        touched: list[ast.stmt] = [
            ast.copy_location(ast.Expr(_ask("moved", name)), node) for name in names if isinstance(name, ast.Name)
        ]
        return [*touched, node]
