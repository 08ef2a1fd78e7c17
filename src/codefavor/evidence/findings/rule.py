"""What a rule is: a name, a CWE number and a severity; and what a rule that fires hands on.

Rules live in the theme files beside this one; what findings weigh is `codefavor.evidence.findings.compare`'s business.
"""

import ast
from collections.abc import Callable, Iterator
from typing import NamedTuple

from codefavor.evidence.findings.names import Names
from codefavor.pairs.finding import Finding, Grade


class Rule(NamedTuple):
    """One weakness that can be found."""

    id: str
    cwe: int
    severity: Grade
    message: str


class Hit(NamedTuple):
    """One place where a rule fired."""

    rule: Rule
    line: int
    confidence: Grade = "medium"
    guarded: bool = False

    def finding(self) -> Finding:
        """Return the hit as the record that travels."""
        return Finding(
            rule=self.rule.id,
            cwe=self.rule.cwe,
            severity=self.rule.severity,
            confidence=self.confidence,
            line=max(1, self.line),
            message=self.rule.message,
            guarded=self.guarded,
        )


class Module(NamedTuple):
    """What a rule may look at besides the node it is called with."""

    tree: ast.Module
    names: Names
    text: str
    functions: dict[int, str]
    """For every node id, the name of the function around it."""


CallRule = Callable[[ast.Call, str, Module], Iterator[Hit]]
NodeRule = Callable[[ast.AST, Module], Iterator[Hit]]


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a keyword argument, None when it is not given."""
    return next((argument.value for argument in call.keywords if argument.arg == name), None)


def argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    """Return an argument given by position or by name, None when it is not given."""
    if len(call.args) > position and not any(isinstance(item, ast.Starred) for item in call.args[: position + 1]):
        return call.args[position]
    return keyword(call, name)


def is_constant(node: ast.AST | None, value: object) -> bool:
    """Whether the node is exactly this constant (True is not 1)."""
    return isinstance(node, ast.Constant) and type(node.value) is type(value) and node.value == value


def text_of(node: ast.expr | None) -> str | None:
    """Return the text of a string constant, None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
