"""JavaScript, as evidence calls it and reads its values."""

import re
from collections.abc import Sequence
from typing import Any

from codefavor.evidence.dialect import Dialect
from codefavor.evidence.javascript.literals import evaluate
from codefavor.evidence.javascript.text import balanced_end
from codefavor.evidence.javascript.values import is_plain, same, write
from codefavor.evidence.javascript.worked_examples import find_examples
from codefavor.sandbox.job import SandboxCall

_CLEAR_RATIO = 2.0
"""QuickJS interprets what other engines compile, and its harness makes Maps and Sets up to twice as dear: less than
that is no evidence of what code costs elsewhere. How work grows shows in far larger ratios."""
_CALL = re.compile(r"\s*([A-Za-z_$][\w$]*)\s*(?=\()")


def _call(name: str, arguments: Sequence[Any], budget: int) -> SandboxCall:
    return SandboxCall(f"{name}({', '.join(map(write, arguments))})", budget)


def _can_reach_harness(code: str) -> bool:
    """Return False: what `sandbox/inside/javascript` uses is out of reach, and no report is taken from anybody else."""
    return False


def _unrun(code: str) -> str:
    """Return code that is compiled as `code` is and ends at its first statement."""
    return f"throw 0;\n{code}"


def _printed(value: Any) -> tuple[str, ...]:
    return (value, write(value)) if isinstance(value, str) else (write(value),)


def _name_called(source: str) -> str | None:
    call = _CALL.match(source)
    return call[1] if call and balanced_end(source, call.end()) == len(source.rstrip()) else None


JAVASCRIPT = Dialect(
    language="javascript",
    find_examples=find_examples,
    evaluate=evaluate,
    call=_call,
    write=write,
    is_plain=is_plain,
    same=same,
    printed=_printed,
    name_called=_name_called,
    returning="const result__ = {result};\n\nfunction {name}() {{\n  return result__;\n}}\n",
    condition="((_) => ({condition}))({value})",
    library="",
    clear_ratio=_CLEAR_RATIO,
    can_reach_harness=_can_reach_harness,
    unrun=_unrun,
    undefined_name="ReferenceError",
)
