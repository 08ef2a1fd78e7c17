"""Import statements of a module as single lines, by the name that each binds.

Only imports that mean the same elsewhere are given: relative imports and `import *` are left out.
"""

import ast
from collections.abc import Iterator


def module_imports(tree: ast.Module) -> dict[str, tuple[str, ...]]:
    """Return for every name bound by a module-level import the lines that bind it, conditional imports included.

    `import a` and `import a.b` both bind `a` and stay together; of other imports that bind one name, the last counts.
    """
    lines: dict[str, tuple[str, ...]] = {}
    for statement in _module_level(tree.body):
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                line = ast.unparse(ast.Import(names=[alias]))
                if alias.asname:
                    lines[alias.asname] = (line,)
                else:
                    name = alias.name.partition(".")[0]
                    lines[name] = tuple(dict.fromkeys((*lines.get(name, ()), line)))
        elif isinstance(statement, ast.ImportFrom) and statement.level == 0 and statement.module != "__future__":
            for alias in statement.names:
                if alias.name != "*":
                    line = ast.unparse(ast.ImportFrom(module=statement.module, names=[alias], level=0))
                    lines[alias.asname or alias.name] = (line,)
    return lines


def future_imports(tree: ast.Module) -> tuple[str, ...]:
    """Return the `from __future__` lines of a module, which change what its functions mean."""
    return tuple(
        ast.unparse(statement)
        for statement in tree.body
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
    )


def _module_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a module and of its conditions and tries, but not of its functions and classes."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.If | ast.Try | ast.With):
            for child in ast.iter_child_nodes(statement):
                if isinstance(child, ast.stmt):
                    yield from _module_level([child])
                elif isinstance(child, ast.ExceptHandler):
                    yield from _module_level(child.body)
