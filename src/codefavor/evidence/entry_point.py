"""Which function an instruction asks for, and under which name both candidates offer it. Nothing is run."""

import ast
import re
from collections.abc import Sequence
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
    return named_in(instruction, _STUB.findall(instruction))


def named_in(instruction: str, stubs: list[str]) -> list[str]:
    """Return the names of functions that an instruction in any language speaks of, the surest first.

    Args:
        instruction: the instruction.
        stubs: the names of the functions that it defines, the last one being the one that is asked for.
    """
    names = [*reversed(stubs), *_QUOTED_NAME.findall(instruction), *_CALL.findall(instruction)]
    return list(dict.fromkeys(names))


def find_entry_point(instruction: str, a: ParsedCandidate, b: ParsedCandidate) -> EntryPoint | None:
    """Return the function that both candidates are to be called by, or None when that cannot be told."""
    name = pick_name(named_functions(instruction), list(a.functions), list(b.functions))
    return None if name is None else _describe(a.functions.get(name) or b.functions[name])


def pick_name(named: Sequence[str], a: Sequence[str], b: Sequence[str]) -> str | None:
    """Return which function is asked for, of those that two candidates define, or None when that cannot be told.

    A name that the instruction gives and at least one candidate defines comes first; then the only function that both
    define under one name; then the one that both define last, since helpers come before what uses them.
    """
    shared = [name for name in a if name in b]
    lasts = {names[-1] for names in (a, b) if names}
    candidates = [
        *named,
        *(shared if len(shared) == 1 else []),
        *(lasts if len(lasts) == 1 and lasts <= set(shared) else []),
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
