"""Functions of a Python source: where they are, what they say of themselves, and what they need to stand alone.

Top-level functions and methods (of nested classes too) are found; functions inside functions belong to their parent,
and functions under a condition are not looked for.
"""

import ast
import builtins
import re
import symtable
from collections.abc import Iterable, Iterator

from codefavor.record import Record
from codefavor.syntax.imports import future_imports, module_imports
from codefavor.syntax.parse import Unparsable, parse, scopes

_FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
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
    lines = _NEWLINE.split(code)
    imports = module_imports(tree)
    future = future_imports(tree)
    try:
        found = [_describe(node, owner, lines, imports, future) for node, owner in _functions_in(tree.body, owner=None)]
    except RecursionError:
        return Unparsable(reason="nested too deeply")
    return tuple(function for function in found if function)


def _functions_in(body: Iterable[ast.stmt], owner: str | None) -> Iterator[tuple[_FunctionNode, str | None]]:
    for statement in body:
        if isinstance(statement, _FunctionNode):
            yield statement, owner
        elif isinstance(statement, ast.ClassDef):
            yield from _functions_in(statement.body, _qualify(owner, statement.name))


def _qualify(owner: str | None, name: str) -> str:
    return f"{owner}.{name}" if owner else name


def _describe(
    node: _FunctionNode,
    owner: str | None,
    lines: list[str],
    imports: dict[str, tuple[str, ...]],
    future: tuple[str, ...],
) -> Function | None:
    first_line = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    last_line = node.end_lineno or node.lineno
    source = _dedented(node, lines[first_line - 1 : last_line], first_line)
    module_scope = scopes(source)
    if isinstance(module_scope, Unparsable):
        return None
    needed = _names_needed(module_scope)
    imported = [line for name in sorted(needed & imports.keys()) for line in imports[name]]
    return Function(
        name=node.name,
        qualified_name=_qualify(owner, node.name),
        signature=_signature(node),
        docstring=ast.get_docstring(node),
        source=source,
        first_line=first_line,
        last_line=last_line,
        owner=owner,
        is_async=isinstance(node, ast.AsyncFunctionDef),
        imports=(*future, *dict.fromkeys(imported)),
        free_names=tuple(sorted(needed - imports.keys())),
    )


def _signature(node: _FunctionNode) -> str:
    keyword = "async def" if isinstance(node, ast.AsyncFunctionDef) else "def"
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{keyword} {node.name}({ast.unparse(node.args)}){returns}"


def _dedented(node: _FunctionNode, lines: list[str], first_line: int) -> str:
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


def _names_needed(module: symtable.SymbolTable) -> set[str]:
    """Return the names that a module of one function leaves unbound; builtins left out."""
    bound = {symbol.get_name() for symbol in module.get_symbols() if symbol.is_assigned()}
    used = {symbol.get_name() for symbol in module.get_symbols() if symbol.is_referenced()}
    for table in _below(module):
        used.update(symbol.get_name() for symbol in table.get_symbols() if symbol.is_global())
    return used - bound - _ALWAYS_BOUND


def _below(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _below(child)
