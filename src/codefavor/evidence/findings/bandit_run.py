"""Runs bandit as a library on a tree already parsed: offline, in this process, nothing written anywhere.

`# nosec` comments are not heeded: a candidate does not decide what is found in it.
"""

import ast
import io
import logging
from functools import cache

from bandit.core.config import BanditConfig
from bandit.core.meta_ast import BanditMetaAst
from bandit.core.metrics import Metrics
from bandit.core.node_visitor import BanditNodeVisitor
from bandit.core.test_set import BanditTestSet

from codefavor.pairs.finding import Finding, Grade

_GRADES: dict[str, Grade] = {"LOW": "low", "MEDIUM": "medium", "HIGH": "high"}
_NAME = "candidate.py"


def bandit_findings(tree: ast.Module, text: str) -> list[Finding]:
    """Return what bandit says of the tree, its severities and confidences kept.

    Raises:
        RecursionError: the tree is nested too deep.
    """
    metrics = Metrics()
    metrics.begin(_NAME)
    visitor = BanditNodeVisitor(
        _NAME, io.BytesIO(text.encode(errors="replace")), BanditMetaAst(), _tests(), False, {}, metrics
    )
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
def _tests() -> BanditTestSet:
    """Load bandit's plugins once; a plugin that fails on odd code is silent, the others go on."""
    logger = logging.getLogger("bandit")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return BanditTestSet(BanditConfig())
