"""A candidate made ready to run: what the instruction gives it (imports, helpers) stands before its own code."""

import ast
import re

from codefavor.evidence.entry_point import FunctionNode, is_finished, parse

_FENCED = re.compile(r"```(?:python|py)?[ \t]*\n(.*?)```", re.DOTALL)
_IMPORT = re.compile(r"^(?:import[ \t]+[\w., \t]+|from[ \t]+[\w.]+[ \t]+import[ \t]+[\w*, \t()]+)$", re.MULTILINE)


def prelude(instruction: str) -> str:
    """Return the imports and finished helper functions that the instruction shows, as source."""
    trees = [tree for text in (instruction, *_FENCED.findall(instruction)) if (tree := parse(text)) is not None]
    parts = [
        ast.unparse(node)
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom) or (isinstance(node, FunctionNode) and is_finished(node))
    ]
    if not trees:
        parts = [line.strip() for line in _IMPORT.findall(instruction) if parse(line.strip()) is not None]
    return "".join(f"{part}\n" for part in dict.fromkeys(parts))


def runnable(instruction: str, code: str) -> str:
    """Return the candidate's code with the prelude before it, unless it is a program that must stay as it is."""
    before = prelude(instruction)
    future = re.match(r"\s*from __future__", code)
    return code if not before or future else f"{before}\n{code}"
