"""Collects the sinks that values reach: whether a call is one, how sure that is, and whether a check stands before it.

What the values are is said by `codefavor.evidence.findings.expressions`.
"""

import ast
import re
from collections.abc import Mapping, Sequence

from codefavor.evidence.findings.nodes import keyword
from codefavor.evidence.findings.rule import Hit
from codefavor.evidence.findings.sinks import CODE, COMMAND, OBJECTS, SHELLS, SQL_INJECTION, STRINGLY, Sink, sinks_of
from codefavor.evidence.findings.value import Control, Danger, Value, merge
from codefavor.pairs.finding import Grade

_CONFIDENCE: dict[Control, Grade] = {
    Control.CONSTANT: "low",
    Control.UNKNOWN: "medium",
    Control.CALLER: "medium",
    Control.OPERATOR: "high",
    Control.OUTSIDE: "high",
}
_SQL_TEXT = re.compile(
    r"\b(?:select|insert|update|delete|create|drop|alter|show|from|where|pragma|attach|truncate|replace)\b",
    re.IGNORECASE,
)
_SHELL = Sink(COMMAND, Danger.COMMAND, SHELLS, (0,), ("args", "cmd", "command"), Control.CONSTANT)
_STRING_COMMAND = Sink(COMMAND, Danger.COMMAND, STRINGLY, (0,), ("args",), Control.UNKNOWN, True)


class Reached:
    """The sinks reached so far, one hit for each place."""

    def __init__(self) -> None:
        self._hits: dict[tuple[str, int, int], Hit] = {}

    def hits(self) -> list[Hit]:
        """Return what was found, by line."""
        return [self._hits[key] for key in sorted(self._hits, key=lambda key: (key[1], key[2], key[0]))]

    def look(
        self, node: ast.Call, name: str, positional: Sequence[Value], named: Mapping[str, Value], proven: bool
    ) -> None:
        """Take note of what this call does with its arguments; `proven` says that a signature was checked before."""
        found = list(sinks_of(name))
        shell = keyword(node, "shell")
        if shell is not None and not (isinstance(shell, ast.Constant) and not shell.value) and SHELLS.match(name):
            found.append(_SHELL)
        elif STRINGLY.match(name) and not (node.args and isinstance(node.args[0], ast.List | ast.Tuple)):
            found.append(_STRING_COMMAND)
        for sink in found:
            values = [positional[index] for index in sink.positions if index < len(positional)]
            values += [named[word] for word in sink.keywords if word in named]
            if values:
                self._check(sink, node, merge(*values), proven)

    def _check(self, sink: Sink, node: ast.Call, value: Value, proven: bool) -> None:
        if value.control < sink.floor or (sink.built_only and not value.built):
            return
        guarded = sink.danger in value.clean and value.control > Control.CONSTANT
        guarded = guarded or (sink.rule is OBJECTS and proven) or (sink.rule is CODE and _is_fenced(node))
        key = (sink.rule.id, node.lineno, node.col_offset)
        known = self._hits.get(key)
        if known is None or (known.guarded and not guarded):
            self._hits[key] = Hit(sink.rule, node.lineno, _grade(sink, value, node), guarded)


def _grade(sink: Sink, value: Value, node: ast.Call) -> Grade:
    if sink is _STRING_COMMAND:
        return "low"
    if sink.rule is SQL_INJECTION and not _SQL_TEXT.search(_texts(node)) and value.control < Control.OPERATOR:
        return "low"
    return _CONFIDENCE[value.control]


def _texts(node: ast.Call) -> str:
    if node.args and isinstance(node.args[0], ast.Name):
        return "select"  # a text put together elsewhere; what it says is not looked up
    return " ".join(
        child.value for child in ast.walk(node) if isinstance(child, ast.Constant) and isinstance(child.value, str)
    )


def _is_fenced(node: ast.Call) -> bool:
    """Whether eval or exec gets globals in which the builtins are taken away."""
    scopes = [*node.args[1:], *(item.value for item in node.keywords if item.arg in {"globals", "locals"})]
    return any(
        isinstance(scope, ast.Dict)
        or "__builtins__" in ast.unparse(scope)
        or (isinstance(scope, ast.Name) and re.search(r"safe|allow|restrict|sandbox", scope.id))
        for scope in scopes
    )
