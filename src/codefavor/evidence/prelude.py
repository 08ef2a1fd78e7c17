"""What an instruction gives a candidate, imports and finished helpers, as source that stands before its own code."""

import ast
import re

from codefavor.evidence.candidate import is_finished
from codefavor.languages.python.functions import FunctionNode
from codefavor.languages.python.parse import parse
from codefavor.languages.source import Unparsable

_FENCED = re.compile(r"```(?:python|py)?[ \t]*\n(.*?)```", re.DOTALL)
_IMPORT = re.compile(r"^(?:import[ \t]+[\w., \t]+|from[ \t]+[\w.]+[ \t]+import[ \t]+[\w*, \t()]+)$", re.MULTILINE)


def prelude_of(instruction: str) -> str:
    """Return the imports and finished helper functions that the instruction shows, as source."""
    parsed = [parse(text) for text in (instruction, *_FENCED.findall(instruction))]
    trees = [tree for tree in parsed if not isinstance(tree, Unparsable)]
    parts = [
        ast.unparse(node)
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom) or (isinstance(node, FunctionNode) and is_finished(node))
    ]
    if not trees:
        lines = [line.strip() for line in _IMPORT.findall(instruction)]
        parts = [line for line in lines if not isinstance(parse(line), Unparsable)]
    return "".join(f"{part}\n" for part in dict.fromkeys(parts))


def with_prelude(prelude: str, code: str) -> str:
    """Return the candidate's code with the prelude before it, unless it is a program that must stay as it is."""
    future = re.match(r"\s*from __future__", code)
    return code if not prelude or future else f"{prelude}\n{code}"


def runnable(instruction: str, code: str) -> str:
    """Return the candidate's code as it is run for an instruction."""
    return with_prelude(prelude_of(instruction), code)
