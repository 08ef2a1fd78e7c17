"""Whether a Python candidate could reach the harness that calls it, as its source shows. It runs nothing.

A candidate shares its interpreter with the harness, and can do the harness's part of a call in its place and at less
cost. Fuel cannot tell; but code that names nothing by which the harness can be reached does not do so. This reads
sources that are meant to be ordinary: whatever is not known to be harmless counts as a reach.
"""

import ast

from codefavor.evidence.candidate import tree_of
from codefavor.languages.source import Unparsable

_HARMLESS_MODULES = frozenset(
    "__future__ abc array bisect cmath collections copy csv dataclasses datetime decimal enum fractions functools"
    " hashlib heapq itertools json math numbers operator queue random re statistics string textwrap time typing"
    " unicodedata".split()
)
_HARMLESS_DUNDERS = frozenset(
    "__init__ __post_init__ __repr__ __str__ __len__ __iter__ __next__ __getitem__ __setitem__ __delitem__ __contains__"
    " __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __hash__ __bool__ __add__ __sub__ __mul__ __neg__ __call__ __missing__"
    " __name__ __slots__ __doc__ __all__ __enter__ __exit__".split()
)
_REACHING_NAMES = frozenset(
    "eval exec compile open input getattr setattr delattr globals locals vars dir breakpoint help memoryview"
    " attrgetter methodcaller get_type_hints ForwardRef evaluate_forward_ref Formatter get_field"
    " _sys _os _io _gc _thread _weakref _builtins".split()
)
_REACHING_ATTRIBUTES = _REACHING_NAMES | frozenset(
    "gi_frame gi_code cr_frame ag_frame f_back f_globals f_locals f_builtins tb_frame tb_next modules meta_path"
    " sys os io gc builtins inspect importlib types marshal ctypes threading weakref contextlib codecs".split()
)
_HARMLESS_METHODS = frozenset({"compile"})
"""Names that reach nothing as attributes: `re.compile`."""


def can_reach_harness(code: str) -> bool:
    """Return whether the code names something by which what runs it can be found, or may; code without syntax may."""
    tree = tree_of(code)
    if isinstance(tree, Unparsable):
        return True
    imported = {name for node in ast.walk(tree) for name in _imported_names(node)}
    return any(_reaches(node, imported) for node in ast.walk(tree))


def _imported_names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
    return []


def _reaches(node: ast.AST, imported: set[str]) -> bool:
    match node:
        case ast.Import(names=names):
            return any(alias.name not in _HARMLESS_MODULES for alias in names)
        case ast.ImportFrom(module=module, names=names):
            return module not in _HARMLESS_MODULES or any(_is_reaching_attribute(alias.name) for alias in names)
        case ast.Attribute(value=ast.Name(id=base), ctx=ast.Store() | ast.Del()) if base in imported:
            return True
        case ast.Attribute(attr=name):
            return _is_reaching_attribute(name)
        case ast.MatchClass(kwd_attrs=names):
            return any(map(_is_reaching_attribute, names))
        case ast.Name(id=name):
            return name in _REACHING_NAMES or _is_reaching_dunder(name)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return _is_reaching_dunder(name)
    return False


def _is_reaching_attribute(name: str) -> bool:
    return (name in _REACHING_ATTRIBUTES and name not in _HARMLESS_METHODS) or _is_reaching_dunder(name)


def _is_reaching_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__") and name not in _HARMLESS_DUNDERS
