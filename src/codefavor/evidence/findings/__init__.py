"""What static analysis sees in a candidate: bandit, a taint analysis of our own, and rules for missing checks."""

from codefavor.evidence.findings.analyse import Findings, find, find_in
from codefavor.evidence.findings.compare import FindingsComparison, compare_findings

__all__ = ["Findings", "FindingsComparison", "compare_findings", "find", "find_in"]
