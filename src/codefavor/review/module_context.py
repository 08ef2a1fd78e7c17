"""What a function needs of its module: the top-level definitions it uses, put around it so that it can run alone.

Only the standard library is imported: a package that is installed here need not be the one that the project means,
least of all when the project itself is installed. Nothing is run.
"""

import ast
import re
import sys
from dataclasses import dataclass
from functools import cached_property

from codefavor.languages.python.functions import FunctionNode, free_names
from codefavor.languages.python.imports import future_imports, module_imports
from codefavor.languages.source import Unparsable
from codefavor.review.annotations import without_annotations
from codefavor.review.changed_functions import FunctionSide, SourceFile

MOST_CHARACTERS = 30_000
"""The most text that is put around a function."""
_DUNDER = re.compile(r"__\w+__")


@dataclass(frozen=True)
class Standalone:
    """A function with all it needs."""

    code: str
    """A module of its own."""


@dataclass(frozen=True)
class NotStandalone:
    """A function that cannot stand alone."""

    reason: str
    """Why, in a sentence."""


class ModuleContext:
    """The top level of one file."""

    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._imports = module_imports(file.tree)

    def make_standalone(self, side: FunctionSide) -> Standalone | NotStandalone:
        """Return the function below the imports and definitions of its file that it needs, and those need."""
        function = side.function
        needed = self._needs(function.source)
        if isinstance(needed, Unparsable):
            return NotStandalone("It does not parse alone.")
        future = future_imports(self._file.tree)
        imports = dict.fromkeys((*future, *self._import_lines(needed)))
        parts: dict[int, str] = {}
        seen = needed - self._imports.keys()
        open_names = sorted(seen)
        if reason := _foreign_import(function.source):
            return NotStandalone(reason)
        while open_names:
            name = open_names.pop()
            statement = self._definitions.get(name)
            if statement is None:
                return NotStandalone(self._why_unknown(name))
            text = self._text(statement)
            needed = self._needs(text)
            if isinstance(needed, Unparsable):
                return NotStandalone(f"It needs {name}, which does not parse alone.")
            if reason := _foreign_import(text):
                return NotStandalone(reason)
            parts[statement.lineno] = text
            imports.update(dict.fromkeys(self._import_lines(needed)))
            fresh = needed - self._imports.keys() - seen - {function.name}
            open_names += sorted(fresh)
            seen |= fresh
        if reason := _foreign_import("\n".join(imports)):
            return NotStandalone(reason)
        code = "\n\n".join(["\n".join(imports), *(parts[line] for line in sorted(parts)), function.source, ""])
        return Standalone(code) if len(code) <= MOST_CHARACTERS else NotStandalone("It needs too much of its module.")

    def _needs(self, code: str) -> set[str] | Unparsable:
        """Return the names that `code` needs of its module when it is run, where annotations may not be evaluated."""
        return free_names(without_annotations(code) if self._is_lazy else code)

    def _import_lines(self, names: set[str]) -> list[str]:
        return [line for name in sorted(names) for line in self._imports.get(name, ())]

    @cached_property
    def _is_lazy(self) -> bool:
        return any("annotations" in line for line in future_imports(self._file.tree))

    def undefined(self, side: FunctionSide) -> set[str]:
        """Return the names that the function uses and that nothing in its file binds, as far as that can be told."""
        function = side.function
        plain = self._definitions.keys() | self._imports.keys()
        unbound = {name for name in function.free_names if name not in plain and not _DUNDER.fullmatch(name)}
        if not unbound or "NameError" in function.source or self._has_star:
            return set()
        return unbound - self._bound

    @cached_property
    def _definitions(self) -> dict[str, ast.stmt]:
        found: dict[str, ast.stmt] = {}
        twice: set[str] = set()
        for statement in self._file.tree.body:
            for name in _defined(statement):
                twice |= {name} & found.keys()
                found[name] = statement
        # What is defined again and again depends on the order of the module, which is not kept.
        return {name: statement for name, statement in found.items() if name not in twice}

    @cached_property
    def _bound(self) -> set[str]:
        """Every name bound anywhere in the file: too many, so that what is left is undefined for certain."""
        bound: set[str] = set()
        for node in ast.walk(self._file.tree):
            if isinstance(node, FunctionNode | ast.ClassDef):
                bound.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                bound.add(node.id)
            elif isinstance(node, ast.alias):
                bound.add((node.asname or node.name).partition(".")[0])
            elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
                bound.add(node.name)
            elif isinstance(node, ast.Global):
                bound.update(node.names)
        return bound

    @cached_property
    def _has_star(self) -> bool:
        return any(isinstance(node, ast.alias) and node.name == "*" for node in ast.walk(self._file.tree))

    def _text(self, statement: ast.stmt) -> str:
        decorators = statement.decorator_list if isinstance(statement, FunctionNode | ast.ClassDef) else []
        first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
        return "\n".join(self._lines[first - 1 : statement.end_lineno])

    @cached_property
    def _lines(self) -> list[str]:
        return re.split(r"\r\n|\r|\n", self._file.code)

    def _why_unknown(self, name: str) -> str:
        for node in ast.walk(self._file.tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                if any(name == (alias.asname or alias.name) for alias in node.names):
                    return f"It needs {name} from another module of its project."
        return f"It needs {name}, which is not plainly defined at the top of its module."


def _defined(statement: ast.stmt) -> list[str]:
    if isinstance(statement, FunctionNode | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        return [target.id for target in statement.targets if isinstance(target, ast.Name)]
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
        return [statement.target.id]
    return []


def _foreign_import(code: str) -> str | None:
    """Return why the imports of `code` cannot be followed, or None when all are of the standard library."""
    for node in ast.walk(ast.parse(code)):
        roots: list[str] = []
        if isinstance(node, ast.Import):
            roots = [alias.name.partition(".")[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                return "It imports from another module of its project."
            roots = [(node.module or "").partition(".")[0]]
        for root in roots:
            if root not in sys.stdlib_module_names:
                return f"It needs {root}, which is not of the standard library."
    return None
