"""Prune a Python file to what a change touches: whole functions and statements, with the imports that they use."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from codefavor.languages.python.parse import parse
from codefavor.languages.source import Unparsable

_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class _Part:
    """A statement of the module, the header of a class, or a statement of a class."""

    key: str
    """What names it on both sides."""
    text: str
    """Its lines as written, the comments before it included."""
    owner: str | None
    """The key of the class it belongs to."""
    node: ast.stmt
    """The statement."""

    def binds(self) -> set[str]:
        """Return the names that others may need of it: imports and assignments at the top of the module."""
        return _bound(self.node) if self.owner is None else set()

    def uses(self) -> set[str]:
        """Return the names it uses; of a class the header's only."""
        roots: list[ast.AST] = [self.node]
        if isinstance(self.node, ast.ClassDef):
            roots = [*self.node.bases, *self.node.keywords, *self.node.decorator_list]
        return {node.id for root in roots for node in ast.walk(root) if isinstance(node, ast.Name)}


def prune_python(before: str, after: str) -> tuple[str, str] | Unparsable:
    """Return both sides pruned to what differs, or why one of them does not parse."""
    old_tree, new_tree = parse(before), parse(after)
    if isinstance(old_tree, Unparsable):
        return old_tree
    if isinstance(new_tree, Unparsable):
        return new_tree
    old, new = _parts_of(before, old_tree), _parts_of(after, new_tree)
    old_texts, new_texts = ({part.key: part.text for part in parts} for parts in (old, new))
    touched = {key for key in old_texts | new_texts if old_texts.get(key) != new_texts.get(key)}
    return _keep(old, touched), _keep(new, touched)


def _keep(parts: list[_Part], touched: set[str]) -> str:
    owners = {part.owner for part in parts if part.key in touched and part.owner}
    own = [part for part in parts if part.key in touched | owners]
    used = {name for part in own for name in part.uses()}
    kept = [part for part in parts if part.key in touched or part.key in owners or part.binds() & used]
    return "\n".join(part.text for part in kept).strip("\n") + "\n" if own else ""


def _parts_of(code: str, tree: ast.Module) -> list[_Part]:
    return list(_parts_in(tree.body, 0, code.split("\n"), None, Counter()))


def _parts_in(
    body: list[ast.stmt], start: int, lines: list[str], owner: str | None, seen: Counter[str]
) -> Iterator[_Part]:
    """Yield the parts of a body whose lines begin after line `start`; a class is a header and its statements."""
    end = start
    for statement in body:
        last = statement.end_lineno or statement.lineno
        if last <= end:  # a second statement on one line belongs to the first
            continue
        name = f"{owner}.{_name_of(statement)}" if owner else _name_of(statement)
        seen[name] += 1
        key = f"{name}#{seen[name]}"
        if isinstance(statement, ast.ClassDef) and owner is None and statement.body[0].lineno > statement.lineno:
            header = _header_end(statement)
            yield _Part(key, "\n".join(lines[end:header]), None, statement)
            yield from _parts_in(statement.body, header, lines, key, seen)
        else:
            yield _Part(key, "\n".join(lines[end:last]), owner, statement)
        end = last


def _header_end(statement: ast.ClassDef) -> int:
    """Return the last line before the class's first statement and its decorators."""
    first = statement.body[0]
    decorated = _Function | ast.ClassDef
    decorators = [node.lineno for node in first.decorator_list] if isinstance(first, decorated) else []
    return min([first.lineno, *decorators]) - 1


def _name_of(statement: ast.stmt) -> str:
    if isinstance(statement, _Function | ast.ClassDef):
        return statement.name
    bound = sorted(_bound(statement))
    return ",".join(bound) if bound else type(statement).__name__


def _bound(statement: ast.stmt) -> set[str]:
    if isinstance(statement, _Function | ast.ClassDef | ast.Expr):
        return set()
    imported = {
        (alias.asname or alias.name).partition(".")[0]
        for node in ast.walk(statement)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    if imported or not isinstance(statement, ast.Assign | ast.AnnAssign):
        return imported
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
