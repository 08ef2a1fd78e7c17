"""Parses Python text that may be old, cut out of its surroundings, or broken, and says how it was read.

Python 3 is parsed as it is. Otherwise Python 2 is rewritten, indentation flattened where a block's beginning is
missing, open brackets closed, and what still does not parse is replaced by `pass`. Line numbers hold throughout.
Nothing is executed or compiled to bytecode.
"""

import ast
import re
from typing import Literal, NamedTuple

from codefavor.evidence.candidate import ParsedCandidate
from codefavor.evidence.findings.logical import LogicalLine, logical_lines
from codefavor.evidence.findings.python2 import modernise
from codefavor.languages.python.parse import parse
from codefavor.languages.source import Unparsable

ParsedAs = Literal["python3", "python2", "tolerant", "not parsed"]

MAX_CHARACTERS = 200_000
"""Characters of text that are read at most; beyond, nothing is parsed."""
_MAX_REPAIRS = 40
_TAILS = {"else", "elif", "except", "finally"}
_OPENS_TAIL = {"if": {"else", "elif"}, "elif": {"else", "elif"}, "for": {"else"}, "while": {"else"}}
_OPENS_TAIL |= {"try": {"except", "finally"}, "except": {"except", "else", "finally"}}


class Parsed(NamedTuple):
    """A tree and how it was had; without a tree nothing could be read."""

    tree: ast.Module | None
    parsed_as: ParsedAs


def parse_tolerantly(candidate: ParsedCandidate) -> Parsed:
    """Return the syntax tree of a candidate, repaired as far as needed."""
    text = candidate.code.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MAX_CHARACTERS:
        return Parsed(None, "not parsed")
    tree = candidate.tree
    if isinstance(tree, Unparsable) and text != candidate.code:
        tree = parse(text)
    if not isinstance(tree, Unparsable):
        return Parsed(tree, "python3")
    texts = [text]
    for quotes in ('"""', "'''"):
        if quotes in text:  # the text may begin inside a docstring
            texts.append(quotes + text)
    best: tuple[int, Parsed] = (0, Parsed(None, "not parsed"))
    for broken in texts:
        kept, parsed = _repaired(broken)
        if kept > best[0]:
            best = (kept, parsed)
    return best[1]


def _repaired(text: str) -> tuple[int, Parsed]:
    """Return how many logical lines could be kept, and the tree made of them."""
    lines = _without_stray_brackets(logical_lines(text))
    if not lines:
        return 0, Parsed(None, "not parsed")
    modern = [modernise(line.text) for line in lines]
    old = modern != [line.text for line in lines]
    for line, statement in zip(lines, modern, strict=True):
        line.text = statement
    wanted = len(lines)
    for _ in range(_MAX_REPAIRS):
        outcome = parse(_laid_out(lines))
        if not isinstance(outcome, Unparsable):
            return len(lines), Parsed(outcome, "python2" if old and len(lines) == wanted else "tolerant")
        lines = _without(lines, outcome.line or 0)
        if not lines:
            break
    return 0, Parsed(None, "not parsed")


def _without_stray_brackets(lines: list[LogicalLine]) -> list[LogicalLine]:
    """Drop leading lines up to a bracket that closes what was opened before the text began; close open ends."""
    kept = [line for line in lines if not line.stray]
    for line in kept:
        if line.missing:
            line.text = _closed(line)
            line.missing = ""
    return kept


def _closed(line: LogicalLine) -> str:
    text = line.text
    if line.missing[:3] not in ("'''", '"""'):
        text = re.sub(r"(?:[,.%+\-*/=]|\b(?:and|or|not|in|if|else))\s*$", "", text)
    ending = ":" if line.keyword in {"def", "class", "if", "for", "while", "with", "elif"} else ""
    return text + line.missing + ending


def _without(lines: list[LogicalLine], error_line: int) -> list[LogicalLine]:
    """Drop the logical line that holds the physical line at fault; with none to blame, the last."""
    for index, line in enumerate(lines):
        if line.start < error_line <= line.start + line.height:
            return lines[:index] + lines[index + 1 :]
    return lines[:-1]


def _laid_out(lines: list[LogicalLine]) -> str:
    """Write the lines at their own line numbers with an indentation that fits their blocks."""
    rows: list[str] = []
    stack: list[int] = []
    heads: list[str] = [""]
    tries: dict[int, int] = {}
    pending = False
    for line in lines:
        depth = _depth(stack, line.indent, pending)
        for level in [level for level in tries if level > depth or (level == depth and line.keyword not in _TAILS)]:
            row = tries.pop(level)  # its tail is missing
            rows[row] = re.sub(r"\btry\s*:", "if 1:", rows[row], count=1)
        if line.keyword in _TAILS:
            tries.pop(depth, None)
        if pending and depth < len(heads):
            rows[-1] += " pass"
        elif pending:
            heads.append("")
        del heads[depth + 1 :]
        keyword = line.keyword
        text = line.text if keyword not in _TAILS or _fits(heads[depth], keyword) else _orphan(line.text, keyword)
        heads[depth] = line.keyword if text == line.text else "if"
        rows.extend("" for _ in range(line.start - len(rows)))
        rows.extend((" " * depth + text).split("\n") if len(rows) <= line.start else [" " * depth + text])
        pending = line.opens_block
        if line.keyword == "try":
            tries[depth] = line.start
    return "\n".join(rows) + (" pass" if pending else "") + _finally(heads)


def _depth(stack: list[int], indent: int, opened: bool) -> int:
    """Return the depth of a line; `stack` holds the source indentation of each open level and is brought up to date."""
    if not stack:
        stack.append(indent)
        return 0
    if indent > stack[-1]:
        if opened:
            stack.append(indent)
        return len(stack) - 1
    while len(stack) > 1 and indent < stack[-1] and indent <= stack[-2]:
        stack.pop()
    stack[-1] = min(stack[-1], indent)
    return len(stack) - 1


def _fits(head: str, keyword: str) -> bool:
    return keyword in _OPENS_TAIL.get(head, ())


def _orphan(text: str, keyword: str) -> str:
    """Give a tail without its beginning (`else:` of an `if` that was cut away) a beginning of its own."""
    if keyword == "elif":
        return text[2:]
    return re.sub(r"^(?:else|finally|except\b[^:]*)\s*:", "if 1:", text, count=1)


def _finally(heads: list[str]) -> str:
    """Close the `try` blocks that the text leaves without a tail."""
    open_tries = [depth for depth, head in enumerate(heads) if head == "try"]
    return "".join(f"\n{' ' * depth}finally: pass" for depth in reversed(open_tries))
