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
