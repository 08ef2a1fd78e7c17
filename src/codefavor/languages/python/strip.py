"""Remove comments and docstrings by regenerating code from its syntax tree; code that does not parse is kept.

Layout is normalised on the way, so that two candidates treated alike differ in nothing but code. Paper: section 3.1
strips both candidates of the three verifiable objectives this way.
"""

import ast

from codefavor.languages.python.parse import parse
from codefavor.languages.source import Stripped, Unparsable

_STATEMENT_LISTS = ("body", "orelse", "finalbody")


def strip_comments(code: str) -> Stripped:
    """Return `code` without comments, docstrings and other constants that stand as statements.

    A body that becomes empty gets `pass`. The result parses whenever `code` does.
    """
    tree = parse(code)
    if isinstance(tree, Unparsable):
        return Stripped(code=code, parses=False, kept=tree.reason)
    _drop_constant_statements(tree)
    regenerated = _regenerate(tree)
    if isinstance(regenerated, Unparsable):
        return Stripped(code=code, parses=True, kept=regenerated.reason)
    return Stripped(code=regenerated, parses=True)


def _drop_constant_statements(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        for field in _STATEMENT_LISTS:
            statements = getattr(node, field, None)
            if isinstance(statements, list) and statements:
                kept = [statement for statement in statements if not _is_constant(statement)]
                setattr(node, field, kept if kept or node is tree else [ast.Pass()])


def _is_constant(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _regenerate(tree: ast.Module) -> str | Unparsable:
    try:
        code = ast.unparse(tree)
    except RecursionError:
        return Unparsable(reason="nested too deeply to regenerate")
    except ValueError as error:
        return Unparsable(reason=f"cannot be regenerated: {error}")
    # Before Python 3.12 some f-strings have no faithful one-line form; better the author's text than a broken one.
    again = parse(code)
    return code if isinstance(again, ast.Module) else again
