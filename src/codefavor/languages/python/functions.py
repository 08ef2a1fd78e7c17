"""Functions of a Python source: where they are, what they say of themselves, and what they need to stand alone.

Top-level functions and methods (of nested classes too) are found; functions inside functions belong to their parent,
and functions under a condition are looked for only where asked.
"""

import ast
import builtins
import re
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from codefavor.languages.python.imports import future_imports, module_imports
from codefavor.languages.python.parse import parse, scopes
from codefavor.languages.source import Unparsable
from codefavor.record import Record

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_ALWAYS_BOUND = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__", "__class__"}
_NEWLINE = re.compile(r"\r\n|\r|\n")


class Function(Record):
    """One function or method as it stands in a source."""

    name: str
    """Its name."""
    qualified_name: str
    """Its name after those of the classes around it, joined by dots."""
    signature: str
    """The line that declares it on one line, without the colon: `async def f(a: int, *, b=1) -> str`."""
    docstring: str | None
    """Its docstring, dedented; None when it has none."""
    source: str
    """Its text with decorators and comments, at no indentation."""
    first_line: int
    """The line of its first decorator or of `def`, the first line of the source being 1."""
    last_line: int
    """Its last line."""
    owner: str | None
    """The qualified name of the class it is a method of; None at top level."""
    is_async: bool
    """Whether it is an `async def`."""
    imports: tuple[str, ...]
    """The import lines of the module that it needs, `__future__` first."""
    free_names: tuple[str, ...]
    """Names it uses that are neither its own, nor builtins, nor bound by `imports`; sorted."""

    @property
    def self_contained(self) -> bool:
        """Whether `snippet` can stand alone: no method, and nothing needed but builtins and imports."""
        return self.owner is None and not self.free_names

    @property
    def snippet(self) -> str:
        """The source below the imports it needs."""
        return "\n".join((*self.imports, "", "", self.source)) if self.imports else self.source


def extract_functions(code: str) -> tuple[Function, ...] | Unparsable:
    """Return the functions and methods of `code` in order, or why it does not parse.

    A function whose scopes contradict themselves (a `global` after the use) cannot be compiled and is left out.
    """
    tree = parse(code)
    if isinstance(tree, Unparsable):
        return tree
    try:
        found = [located.describe() for located in locate_functions(code, tree)]
    except RecursionError:
        return Unparsable(reason="nested too deeply")
    return tuple(function for function in found if function)


@dataclass(frozen=True)
class _Surroundings:
    """What all functions of a source share."""

    lines: list[str]
    """The lines of the source."""
    imports: dict[str, tuple[str, ...]]
    """Its import lines, by the name that each binds."""
    future: tuple[str, ...]
    """Its `__future__` lines."""


@dataclass(frozen=True)
class LocatedFunction:
    """A function that was found and not yet described, which costs more than finding it."""

    node: FunctionNode
    """Its definition."""
    owner: str | None
    """The qualified name of the class it is a method of; None at top level."""
    _around: _Surroundings

    @property
    def qualified_name(self) -> str:
        """Its name after those of the classes around it, joined by dots."""
        return _qualify(self.owner, self.node.name)

    @property
    def first_line(self) -> int:
        """The line of its first decorator or of `def`, the first line of the source being 1."""
        return min([self.node.lineno, *(decorator.lineno for decorator in self.node.decorator_list)])

    @property
    def last_line(self) -> int:
        """Its last line."""
        return self.node.end_lineno or self.node.lineno

    @property
    def text(self) -> str:
        """Its lines as they stand, indentation included."""
        return "\n".join(self._around.lines[self.first_line - 1 : self.last_line])

    def describe(self) -> Function | None:
        """Return the function, or None when its scopes contradict themselves.

        Raises:
            RecursionError: it is nested too deeply.
        """
        lines = self._around.lines[self.first_line - 1 : self.last_line]
        source = _dedented(self.node, lines, self.first_line)
        needed = free_names(source)
        if isinstance(needed, Unparsable):
            return None
        imports = self._around.imports
        imported = [line for name in sorted(needed & imports.keys()) for line in imports[name]]
        return Function(
            name=self.node.name,
            qualified_name=self.qualified_name,
            signature=_signature(self.node),
            docstring=ast.get_docstring(self.node),
            source=source,
            first_line=self.first_line,
            last_line=self.last_line,
            owner=self.owner,
            is_async=isinstance(self.node, ast.AsyncFunctionDef),
            imports=(*self._around.future, *dict.fromkeys(imported)),
            free_names=tuple(sorted(needed - imports.keys())),
        )


def locate_functions(code: str, tree: ast.Module, conditional: bool = False) -> list[LocatedFunction]:
    """Return the functions and methods of `code`, whose tree is `tree`, in order.

    Args:
        code: the source.
        tree: what it was parsed to.
        conditional: whether to look under `if`, `try` and `with` too, at the level of modules and classes.
    """
    around = _Surroundings(_NEWLINE.split(code), module_imports(tree), future_imports(tree))
    return [LocatedFunction(node, owner, around) for node, owner in _functions_in(tree.body, None, conditional)]


def _functions_in(
    body: Iterable[ast.AST], owner: str | None, conditional: bool
) -> Iterator[tuple[FunctionNode, str | None]]:
    for statement in body:
        if isinstance(statement, FunctionNode):
            yield statement, owner
        elif isinstance(statement, ast.ClassDef):
            yield from _functions_in(statement.body, _qualify(owner, statement.name), conditional)
        elif conditional and isinstance(statement, ast.If | ast.Try | ast.TryStar | ast.With | ast.ExceptHandler):
            yield from _functions_in(ast.iter_child_nodes(statement), owner, conditional)


def _qualify(owner: str | None, name: str) -> str:
    return f"{owner}.{name}" if owner else name


def _signature(node: FunctionNode) -> str:
    keyword = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{keyword} {node.name}({ast.unparse(node.args)}){returns}"


def _dedented(node: FunctionNode, lines: list[str], first_line: int) -> str:
    """Return `lines` without the function's indentation, leaving the inside of multi-line strings as it is."""
    indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    docstring = node.body[0].value if ast.get_docstring(node) and isinstance(node.body[0], ast.Expr) else None
    protected = {
        line
        for child in ast.walk(node)
        if isinstance(child, ast.Constant | ast.JoinedStr) and child is not docstring and child.end_lineno
        for line in range(child.lineno + 1, child.end_lineno + 1)
    }
    return "\n".join(
        line if number in protected else line.removeprefix(indent) for number, line in enumerate(lines, first_line)
    )


def free_names(code: str) -> set[str] | Unparsable:
    """Return the names that `code`, taken as a module, uses and leaves unbound; builtins left out."""
    module = scopes(code)
    if isinstance(module, Unparsable):
        return module
    bound = {symbol.get_name() for symbol in module.get_symbols() if symbol.is_assigned()}
    used = {symbol.get_name() for symbol in module.get_symbols() if symbol.is_referenced()}
    for table in _below(module):
        used.update(symbol.get_name() for symbol in table.get_symbols() if symbol.is_global())
    return used - bound - _ALWAYS_BOUND


def _below(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _below(child)
