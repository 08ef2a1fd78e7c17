"""A function without its annotations, to tell whether anything but them differs. The text is for comparing alone."""

import ast

from codefavor.languages.python.functions import FunctionNode
from codefavor.languages.python.parse import parse
from codefavor.languages.source import Unparsable


def without_annotations(code: str) -> str:
    """Return `code` without annotations and without imports that nothing else needs.

    It is returned as it is where it does not parse, and where a decorator may read annotations.
    """
    tree = parse(code)
    if isinstance(tree, Unparsable):
        return code
    decorated = any(isinstance(node, FunctionNode | ast.ClassDef) and node.decorator_list for node in ast.walk(tree))
    if decorated:
        return code
    _Remover().visit(tree)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    tree.body = [statement for statement in tree.body if not _is_unused(statement, used)]
    return ast.unparse(tree)


def _is_unused(statement: ast.stmt, used: set[str]) -> bool:
    if not isinstance(statement, ast.Import | ast.ImportFrom):
        return False
    return not any((alias.asname or alias.name).partition(".")[0] in used for alias in statement.names)


class _Remover(ast.NodeTransformer):
    """Removes annotations; the names of its methods are `ast`'s."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg(arg=node.arg)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        return ast.copy_location(ast.Assign(targets=[node.target], value=self.visit(node.value)), node)
