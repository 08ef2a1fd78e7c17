"""A candidate that is parsed once: everything that reads its syntax is handed this, and nobody parses it again."""

import ast
from dataclasses import dataclass
from functools import cached_property, lru_cache

from codefavor.languages.python.functions import FunctionNode
from codefavor.languages.python.parse import parse
from codefavor.languages.source import Unparsable

_TREES = 64


@dataclass(frozen=True)
class ParsedCandidate:
    """One Python candidate; what is derived from its code is worked out when it is first needed, and kept."""

    code: str
    """The candidate's own text."""

    @cached_property
    def tree(self) -> ast.Module | Unparsable:
        """Its syntax tree, or why there is none. Analysers may note things on the nodes; nobody changes the tree."""
        return tree_of(self.code)

    @cached_property
    def functions(self) -> dict[str, FunctionNode]:
        """The functions defined at the top of it, by name, in order; none where it does not parse."""
        return {} if isinstance(self.tree, Unparsable) else top_functions(self.tree)


@lru_cache(maxsize=_TREES)
def tree_of(code: str) -> ast.Module | Unparsable:
    """Return the syntax tree of a candidate, or why there is none; those of the last few candidates are kept."""
    return parse(code)


def top_functions(tree: ast.Module) -> dict[str, FunctionNode]:
    """Return the functions defined at the top of a module, by name, in order."""
    return {node.name: node for node in tree.body if isinstance(node, FunctionNode)}


def is_finished(node: FunctionNode) -> bool:
    """Return whether a function has a body, beside its docstring and `pass`."""
    return any(not isinstance(statement, ast.Pass) for statement in body_of(node))


def body_of(node: FunctionNode) -> list[ast.stmt]:
    """Return the statements of a function without docstrings and other constants that stand as statements."""
    return [part for part in node.body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]
