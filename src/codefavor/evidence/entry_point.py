"""Which function an instruction asks for, and under which name both candidates offer it. Nothing is run."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from codefavor.evidence.candidate import ParsedCandidate
from codefavor.languages.python.functions import FunctionNode

_STUB = re.compile(r"^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)[ \t]*\(", re.MULTILINE)
_QUOTED_NAME = re.compile(r"(?:function|method)(?:[ \t]+(?:called|named))?[ \t]+[`'\"]?(\w+)[`'\"]?[ \t]*\(")
_CALL = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\(")


@dataclass(frozen=True)
class EntryPoint:
    """The function that is asked for."""

    name: str
    """Its name."""
    parameters: tuple[str, ...]
    """Its positional parameters."""
    required: int
    """How many of them have no default."""
    annotations: tuple[str | None, ...]
    """The annotation of every parameter, as source."""


def named_functions(instruction: str) -> list[str]:
    """Return the names of functions that the instruction speaks of, the surest first."""
    stubs = list(reversed(_STUB.findall(instruction)))
    return list(dict.fromkeys([*stubs, *_QUOTED_NAME.findall(instruction), *_CALL.findall(instruction)]))


def find_entry_point(instruction: str, a: ParsedCandidate, b: ParsedCandidate) -> EntryPoint | None:
    """Return the function that both candidates are to be called by, or None when that cannot be told.

    A name that the instruction gives and at least one candidate defines comes first; then the only function that both
    define under one name.
    """
    functions = [a.functions, b.functions]
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


def _describe(node: FunctionNode) -> EntryPoint:
    arguments = [*node.args.posonlyargs, *node.args.args]
    return EntryPoint(
        name=node.name,
        parameters=tuple(argument.arg for argument in arguments),
        required=len(arguments) - len(node.args.defaults),
        annotations=tuple(ast.unparse(a.annotation) if a.annotation else None for a in arguments),
    )
