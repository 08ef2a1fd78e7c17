"""Runs bandit as a library on a tree already parsed: offline, in this process, nothing written anywhere.

`# nosec` comments are not heeded: a candidate does not decide what is found in it.
"""

import ast
import io
import logging
import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

from codefavor.pairs.finding import Finding, Grade

_GRADES: dict[str, Grade] = {"LOW": "low", "MEDIUM": "medium", "HIGH": "high"}
_NAME = "./candidate.py"


def bandit_findings(tree: ast.Module, text: str) -> list[Finding]:
    """Return what bandit says of the tree, its severities and confidences kept.

    Raises:
        RecursionError: the tree is nested too deep.
    """
    visitor = _visitors()(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its plugins name node classes that newer Pythons deprecate
        visitor.generic_visit(tree)
    return [
        Finding(
            rule=issue.test_id,
            cwe=issue.cwe.id,
            severity=_GRADES.get(issue.severity, "low"),
            confidence=_GRADES.get(issue.confidence, "low"),
            line=max(1, issue.lineno or 1),
            message=issue.text.strip(),
        )
        for issue in visitor.tester.results
    ]


@cache
def _visitors() -> Callable[[str], Any]:
    """Load bandit and its plugins once, on first use: it takes half a second and warns of its own dependencies."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from bandit.core.config import BanditConfig
        from bandit.core.meta_ast import BanditMetaAst
        from bandit.core.metrics import Metrics
        from bandit.core.node_visitor import BanditNodeVisitor
        from bandit.core.test_set import BanditTestSet

        tests = BanditTestSet(BanditConfig())
    logger = logging.getLogger("bandit")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False  # a plugin that fails on odd code is silent, the others go on

    class Visitor(BanditNodeVisitor):  # type: ignore[misc]
        def pre_visit(self, node: ast.AST) -> bool:
            # a third of all nodes are `Load()`, `Add()` and the like, which no plugin asks for
            return bool(node._fields) and bool(super().pre_visit(node))

        def visit(self, node: ast.AST) -> None:
            kind = type(node).__name__
            if hasattr(self, f"visit_{kind}") or tests.get_tests(kind):  # most nodes interest no plugin
                super().visit(node)

    def visitor(text: str) -> Visitor:
        metrics = Metrics()
        metrics.begin(_NAME)
        return Visitor(_NAME, io.BytesIO(text.encode(errors="replace")), BanditMetaAst(), tests, False, {}, metrics)

    return visitor
