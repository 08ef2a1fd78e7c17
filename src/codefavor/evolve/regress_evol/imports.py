"""Bringing the imports of a changed snippet into line: what is no longer used goes, what is now used comes."""

import ast
import builtins
import sys

from codefavor.languages.python.parse import parse
from codefavor.languages.source import Unparsable

_FOREIGN = {"yaml", "requests", "jinja2", "jwt", "bcrypt", "paramiko", "defusedxml", "flask", "werkzeug"}
_FROM = {
    "deepcopy": "copy",
    "Counter": "collections",
    "defaultdict": "collections",
    "deque": "collections",
    "lru_cache": "functools",
    "reduce": "functools",
    "Path": "pathlib",
    "AESGCM": "cryptography.hazmat.primitives.ciphers.aead",
    "Cipher": "cryptography.hazmat.primitives.ciphers",
    "algorithms": "cryptography.hazmat.primitives.ciphers",
    "modes": "cryptography.hazmat.primitives.ciphers",
    "rsa": "cryptography.hazmat.primitives.asymmetric",
    "Flask": "flask",
    "escape": "markupsafe",
    "Markup": "markupsafe",
    "secure_filename": "werkzeug.utils",
}
_DOTTED = {"xml": "xml.etree.ElementTree", "urllib": "urllib.request", "logging": "logging"}


def settle_imports(code: str) -> str:
    """Return `code` with unused top-level imports dropped and imports added for library names that it uses unbound.

    Code that does not parse is returned as it is.
    """
    tree = parse(code)
    if isinstance(tree, Unparsable):
        return code
    bound, used = _bound_and_used(tree)
    body = [kept for statement in tree.body if (kept := _keep_used(statement, used)) is not None]
    missing = sorted(name for name in used - bound if not hasattr(builtins, name))
    added = [statement for name in missing if (statement := _import_of(name)) is not None]
    later = [n for n, statement in enumerate(body) if not _is_future(statement)]
    position = later[0] if later else len(body)
    tree.body = [*body[:position], *added, *body[position:]]
    return ast.unparse(tree)


def _bound_and_used(tree: ast.Module) -> tuple[set[str], set[str]]:
    bound: set[str] = set()
    used: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(name, ast.Load()):
                used.add(name)
            case ast.Name(name) | ast.arg(name) | ast.ExceptHandler(name=str(name)):
                bound.add(name)
            case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
                bound.add(name)
            case ast.Import(aliases) | ast.ImportFrom(names=aliases):
                bound.update(bound_name(alias) for alias in aliases)
    return bound, used


def bound_name(alias: ast.alias) -> str:
    """Return the name that an import binds."""
    return alias.asname or alias.name.partition(".")[0]


def _keep_used(statement: ast.stmt, used: set[str]) -> ast.stmt | None:
    match statement:
        case ast.Import(aliases):
            kept = [alias for alias in aliases if bound_name(alias) in used]
            return ast.Import(kept) if kept else None
        case ast.ImportFrom(module, aliases, level) if module != "__future__":
            kept = [alias for alias in aliases if bound_name(alias) in used]
            return ast.ImportFrom(module, kept, level) if kept else None
    return statement


def _import_of(name: str) -> ast.stmt | None:
    if name in _DOTTED:
        return ast.Import([ast.alias(_DOTTED[name])])
    if _FROM.get(name):
        return ast.ImportFrom(_FROM[name], [ast.alias(name)], 0)
    if name in sys.stdlib_module_names or name in _FOREIGN:
        return ast.Import([ast.alias(name)])
    return None


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
