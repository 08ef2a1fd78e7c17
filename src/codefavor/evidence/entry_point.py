"""Which function an instruction asks for, and under which name both candidates offer it. Nothing is run."""

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from codefavor.evidence.candidate import ParsedCandidate
from codefavor.languages.python.functions import FunctionNode

_STUB = re.compile(r"^[ \t]*(?:async[ \t]+)?def[ \t]+(\w+)[ \t]*\(", re.MULTILINE)
_QUOTED_NAME = re.compile(r"(?:function|method)(?:[ \t]+(?:called|named))?[ \t]+[`'\"]?(\w+)[`'\"]?[ \t]*\(")
_CALLED = re.compile(r"(?:call(?:ed)?(?:[ \t]+it)?|name(?:d)?(?:[ \t]+it)?)[ \t]+[`'\"](\w+)[`'\"]", re.IGNORECASE)
_SHOWN = re.compile(r"^[ \t]*(?:>>>|assert(?:[ \t]+not)?)[ \t]+(\w+)\(", re.MULTILINE)
_MENTIONED = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\(")


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


class NamedFunctions(NamedTuple):
    """The functions that an instruction speaks of, the surest first."""

    asked: list[str]
    """Those that it defines, names or shows calls of."""
    mentioned: list[str]
    """Those that it calls in its prose, which may be any."""


def named_functions(instruction: str) -> NamedFunctions:
    """Return the names of functions that the instruction speaks of."""
    return named_in(instruction, _STUB.findall(instruction))


def named_in(instruction: str, stubs: list[str]) -> NamedFunctions:
    """Return the names of functions that an instruction in any language speaks of.

    Args:
        instruction: the instruction.
        stubs: the names of the functions that it defines, the last one being the one that is asked for.
    """
    quoted = [*_QUOTED_NAME.findall(instruction), *_CALLED.findall(instruction)]
    asked = list(dict.fromkeys([*reversed(stubs), *quoted, *_SHOWN.findall(instruction)]))
    mentioned = [name for name in dict.fromkeys(_MENTIONED.findall(instruction)) if name not in asked]
    return NamedFunctions(asked, mentioned)


def find_entry_point(instruction: str, a: ParsedCandidate, b: ParsedCandidate) -> EntryPoint | None:
    """Return the function that both candidates are to be called by, or None when that cannot be told."""
    name = pick_name(named_functions(instruction), list(a.functions), list(b.functions))
    return None if name is None else _describe(a.functions.get(name) or b.functions[name])


def pick_name(named: NamedFunctions, a: Sequence[str], b: Sequence[str]) -> str | None:
    """Return which function is asked for, of those that two candidates define, or None when that cannot be told.

    A name that the instruction asks for and at least one defines comes first; then one that it mentions and both
    define; then the only function that both define under one name; then the one that both define last, since helpers
    come before what uses them; then one that the instruction mentions and one of them defines.
    """
    shared = [name for name in a if name in b]
    lasts = {names[-1] for names in (a, b) if names}
    candidates = [
        *named.asked,
        *(name for name in named.mentioned if name in shared),
        *(shared if len(shared) == 1 else []),
        *(lasts if len(lasts) == 1 and lasts <= set(shared) else []),
        *named.mentioned,
    ]
    return next((name for name in candidates if name in a or name in b), None)


def _describe(node: FunctionNode) -> EntryPoint:
    arguments = [*node.args.posonlyargs, *node.args.args]
    return EntryPoint(
        name=node.name,
        parameters=tuple(argument.arg for argument in arguments),
        required=len(arguments) - len(node.args.defaults),
        annotations=tuple(ast.unparse(a.annotation) if a.annotation else None for a in arguments),
    )
