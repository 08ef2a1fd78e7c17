"""Python, as evidence calls it and reads its values."""

import ast
from itertools import dropwhile, takewhile
from typing import Any

from codefavor.evidence.candidate import tree_of
from codefavor.evidence.confinement import can_reach_harness
from codefavor.evidence.dialect import Dialect
from codefavor.evidence.expected import same
from codefavor.evidence.literals import evaluate
from codefavor.evidence.worked_examples import find_examples
from codefavor.languages.source import Unparsable
from codefavor.sandbox.inside.values import is_plain
from codefavor.sandbox.job import plain_call


def _printed(value: Any) -> tuple[str, ...]:
    return str(value), repr(value)


def _name_called(source: str) -> str | None:
    *_, last = ast.parse(source).body or [ast.Pass()]
    call = last.value if isinstance(last, ast.Expr) else None
    return call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else None


def _unrun(code: str) -> str:
    # Imports further down are not copied: what stands before them can change what they do.
    tree = tree_of(code)
    body = [] if isinstance(tree, Unparsable) else tree.body
    after_docstring = dropwhile(_is_constant, body)
    imports = takewhile(lambda statement: isinstance(statement, ast.Import | ast.ImportFrom), after_docstring)
    return "\n".join([*map(ast.unparse, imports), f"compile({code!r}, '<candidate>', 'exec', dont_inherit=True)"])


def _is_constant(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


PYTHON = Dialect(
    language="python",
    find_examples=find_examples,
    evaluate=evaluate,
    call=plain_call,
    write=repr,
    is_plain=is_plain,
    same=same,
    printed=_printed,
    name_called=_name_called,
    returning=(
        "nan = float('nan')\ninf = float('inf')\n_RESULT = {result}\n\n\ndef {name}(*_, **__):\n    return _RESULT\n"
    ),
    condition="_ = {value}\n{condition}",
    library="import math, re, itertools, collections, datetime\nfrom math import *\nfrom collections import *\n",
    clear_ratio=1.15,
    can_reach_harness=can_reach_harness,
    unrun=_unrun,
    undefined_name="NameError",
)
