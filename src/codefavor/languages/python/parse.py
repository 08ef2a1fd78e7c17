"""Parse Python source, or say why it does not parse. Foreign source is never executed nor compiled to bytecode."""

import ast
import symtable
import threading
import warnings
from collections.abc import Callable
from typing import TypeVar

from codefavor.languages.source import Unparsable

ResultT = TypeVar("ResultT")

_FILTERS = threading.Lock()


def parse(code: str) -> ast.Module | Unparsable:
    """Return the syntax tree of `code`, or why there is none.

    Null bytes, lone surrogates and nesting beyond what the parser can follow count as not parsing. Warnings about the
    foreign source (invalid escapes and the like) are no concern of ours and stay silent.
    """
    return _guarded(lambda: ast.parse(code))


def scopes(code: str) -> symtable.SymbolTable | Unparsable:
    """Return the symbol table of `code`, or why there is none; it refuses more than `parse`: a late `global`."""
    return _guarded(lambda: symtable.symtable(code, "<code>", "exec"))


def parses(code: str) -> bool:
    """Return whether `code` is Python source of the running interpreter's version."""
    return isinstance(parse(code), ast.Module)


def _guarded(read: Callable[[], ResultT]) -> ResultT | Unparsable:
    # The warning filters belong to the whole process: without the lock two threads could restore each other's.
    with _FILTERS, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return read()
        except SyntaxError as error:
            return Unparsable(reason=error.msg, line=error.lineno)
        except (RecursionError, MemoryError):
            return Unparsable(reason="nested too deeply")
        except ValueError as error:
            return Unparsable(reason=str(error))
