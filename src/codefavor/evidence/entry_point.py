"""Which function an instruction asks for, and under which name both candidates offer it. Nothing is run."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

_STUB = re.compile(r"^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)[ \t]*\(", re.MULTILINE)
_QUOTED_NAME = re.compile(r"(?:function|method)(?:[ \t]+(?:called|named))?[ \t]+[`'\"]?(\w+)[`'\"]?[ \t]*\(")
_CALL = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\(")

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Entry:
    """The function that is asked for."""

    name: str
    """Its name."""
    parameters: tuple[str, ...]
    """Its positional parameters."""
    required: int
    """How many of them have no default."""
    annotations: tuple[str | None, ...]
    """The annotation of every parameter, as source."""


def parse(code: str) -> ast.Module | None:
    """Return the syntax tree of `code`, or None when it is not Python 3."""
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def top_functions(tree: ast.Module | None) -> dict[str, FunctionNode]:
    """Return the functions defined at the top of a module, by name, in order."""
    body = tree.body if tree else []
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def is_finished(node: FunctionNode) -> bool:
    """Return whether a function has a body, beside its docstring and `pass`."""
    body = [part for part in node.body if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))]
    return any(not isinstance(part, ast.Pass) for part in body)


def named_functions(instruction: str) -> list[str]:
    """Return the names of functions that the instruction speaks of, the surest first."""
    stubs = list(reversed(_STUB.findall(instruction)))
    return list(dict.fromkeys([*stubs, *_QUOTED_NAME.findall(instruction), *_CALL.findall(instruction)]))


def find_entry(instruction: str, code_a: str, code_b: str) -> Entry | None:
    """Return the function that both candidates are to be called by, or None when that cannot be told.

    A name that the instruction gives and at least one candidate defines comes first; then the only function that both
    define under one name.
    """
    functions = [top_functions(parse(code)) for code in (code_a, code_b)]
    shared = [name for name in functions[0] if name in functions[1]]
    for name in [*named_functions(instruction), *_only(shared), *_last(shared, functions)]:
        for defined in functions:
            if name in defined:
                return _describe(defined[name])
    return None


def _only(names: list[str]) -> Iterator[str]:
    if len(names) == 1:
        yield names[0]


def _last(shared: list[str], functions: list[dict[str, FunctionNode]]) -> Iterator[str]:
    """Yield the function that both define last: helpers come before what uses them."""
    lasts = {list(defined)[-1] for defined in functions if defined}
    if len(lasts) == 1 and lasts <= set(shared):
        yield from lasts


def _describe(node: FunctionNode) -> Entry:
    arguments = [*node.args.posonlyargs, *node.args.args]
    return Entry(
        name=node.name,
        parameters=tuple(argument.arg for argument in arguments),
        required=len(arguments) - len(node.args.defaults),
        annotations=tuple(ast.unparse(a.annotation) if a.annotation else None for a in arguments),
    )
