"""A snippet under change: the syntax tree of one function with its imports, and how a node is exchanged in it.

Both sides of a pair are rendered here, by the same regeneration, so layout gives nothing away.
"""

import ast
import builtins
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TypeVar

from codefavor.evolve.regress_evol.imports import settle_imports

NodeT = TypeVar("NodeT", bound=ast.AST)
Replacement = ast.AST | Sequence[ast.stmt]
"""One node for one node, or statements (none at all, too) for a statement."""

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
LOOPS = (ast.For, ast.AsyncFor, ast.While)


class Snippet:
    """One function and the imports that it needs, without comments and docstrings.

    Raises:
        SyntaxError: `code` is not Python 3.
        ValueError: `code` holds no function.
    """

    def __init__(self, code: str) -> None:
        self.tree = ast.parse(code)
        self._nodes: dict[type[ast.AST], list[ast.AST]] = defaultdict(list)
        self._places: dict[ast.AST, tuple[ast.AST, str, int | None]] = {}
        self._index(self.tree)
        functions = [node for node in self.tree.body if isinstance(node, FunctionNode)]
        if not functions:
            raise ValueError("the code holds no function")
        self.function: FunctionNode = functions[-1]

    def _index(self, node: ast.AST) -> None:
        self._nodes[type(node)].append(node)
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.AST):
                self._places.setdefault(value, (node, field, None))
                self._index(value)
            elif isinstance(value, list):
                for position, child in enumerate(value):
                    if isinstance(child, ast.AST):
                        self._places[child] = (node, field, position)
                        self._index(child)

    def nodes(self, kind: type[NodeT]) -> list[NodeT]:
        """Return the nodes of exactly this kind, in the order of the code."""
        return self._nodes.get(kind, [])  # type: ignore[return-value]

    def parent(self, node: ast.AST) -> ast.AST | None:
        """Return the node that holds `node`; None for the module."""
        place = self._places.get(node)
        return place[0] if place else None

    def field(self, node: ast.AST) -> str:
        """Return the name of the parent's field that holds `node`."""
        return self._places[node][1]

    def siblings(self, node: ast.stmt) -> tuple[list[ast.stmt], int]:
        """Return the list of statements that holds `node`, and its position there."""
        parent, field, position = self._places[node]
        assert position is not None
        return getattr(parent, field), position

    def statement_before(self, node: ast.stmt) -> ast.stmt | None:
        """Return the statement right before `node` in the same block; None for the first."""
        block, position = self.siblings(node)
        return block[position - 1] if position else None

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes around `node`, the nearest first."""
        above = self.parent(node)
        while above is not None:
            yield above
            above = self.parent(above)

    def loop_around(self, node: ast.AST) -> ast.For | ast.AsyncFor | ast.While | None:
        """Return the nearest loop statement whose body holds `node`, inside the same function."""
        below = node
        for above in self.ancestors(node):
            if isinstance(above, (FunctionNode, ast.Lambda)):
                return None
            if isinstance(above, LOOPS) and self.field(below) == "body":
                return above
            below = above
        return None

    @cached_property
    def parameters(self) -> list[str]:
        """The names of the function's plain parameters, without self and cls."""
        arguments = self.function.args
        names = [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        return [name for name in names if name not in {"self", "cls"}]

    @cached_property
    def variables(self) -> list[str]:
        """The names of parameters and of every variable that the function assigns, sorted."""
        stored = {name.id for name in self.nodes(ast.Name) if isinstance(name.ctx, ast.Store)}
        return sorted(stored | set(self.parameters))

    @cached_property
    def names(self) -> set[str]:
        """Every name in use, so that a new one can be told apart."""
        used = {name.id for name in self.nodes(ast.Name)} | {argument.arg for argument in self.nodes(ast.arg)}
        return used | set(dir(builtins)) | {self.function.name}

    def fresh(self, *wishes: str) -> str:
        """Return the first of `wishes` that is not in use, or the last one with a number."""
        for wish in wishes:
            if wish not in self.names:
                return wish
        return next(f"{wishes[-1]}{n}" for n in range(2, 100) if f"{wishes[-1]}{n}" not in self.names)

    def uses(self, name: str, within: ast.AST | Sequence[ast.AST] | None = None) -> list[ast.Name]:
        """Return the places where `name` is read, in the order of the code."""
        if within is None:
            found: Sequence[ast.AST] = self.nodes(ast.Name)
        else:
            roots = within if isinstance(within, Sequence) else [within]
            found = [node for root in roots for node in ast.walk(root)]
        return [n for n in found if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)]

    def text(self) -> str:
        """Return the code, regenerated from its tree."""
        return ast.unparse(self.tree)

    def transformed(self, transformer: ast.NodeTransformer) -> ast.Module:
        """Return what `transformer` makes of a copy of the tree."""
        changed = transformer.visit(ast.parse(self.text()))
        assert isinstance(changed, ast.Module)
        return changed

    def text_with(self, node: ast.AST, replacement: Replacement, settled: bool = True) -> str:
        """Return the code with `replacement` where `node` is; with `settled`, imports follow what is used.

        Raises:
            ValueError: the changed tree has no faithful text, as some f-strings before Python 3.12.
        """
        with self._replaced(node, replacement):
            text = ast.unparse(self.tree)
        return settle_imports(text) if settled and _names_in(text) != self._own_names else text

    @cached_property
    def _own_names(self) -> set[str]:
        return _names_in(self.text())

    @contextmanager
    def _replaced(self, node: ast.AST, replacement: Replacement) -> Iterator[None]:
        if node is self.tree:
            original, self.tree = self.tree, replacement  # type: ignore[assignment]
            try:
                yield
            finally:
                self.tree = original
            return
        parent, field, position = self._places[node]
        before = getattr(parent, field)
        if position is None:
            setattr(parent, field, replacement)
        else:
            inserted = [replacement] if isinstance(replacement, ast.AST) else list(replacement)
            after = [*before[:position], *inserted, *before[position + 1 :]]
            setattr(parent, field, after or ([ast.Pass()] if field == "body" else []))
        try:
            yield
        finally:
            setattr(parent, field, before)


def _names_in(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d]\w*", text))
