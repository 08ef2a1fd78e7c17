"""Weighs the findings of two candidates against each other: which is cleaner, and because of what.

A finding weighs severity times confidence: low, medium and high count 1, 3 and 6 by severity and 0.3, 0.6 and 1 by
confidence; one behind a check counts a quarter. Findings of one kind of weakness (a family of CWE numbers) on one line
count once, by their heaviest; what says that a check stands before them speaks for all. Each further place of the same
kind adds a fifth, so that a rewrite into more calls is not a worse one. What both sides share cancels in the sum, and
below a small difference neither side is called cleaner.
"""

from collections import defaultdict
from typing import Protocol

from codefavor.pairs.comparison import Side
from codefavor.pairs.finding import Finding
from codefavor.record import Record

_SEVERITY = {"low": 1.0, "medium": 3.0, "high": 6.0}
_CONFIDENCE = {"low": 0.3, "medium": 0.6, "high": 1.0}
_GUARDED = 0.25
_FURTHER = 0.2
_MARGIN = 0.5
"""The smallest difference that decides."""
_REMARKS = {
    **dict.fromkeys(("B403", "B404", "B405", "B406", "B407", "B408", "B409", "B410", "B411", "B412", "B413"), 0.05),
    **dict.fromkeys(("B603", "B607", "B101"), 0.1),
    **dict.fromkeys(("B606", "B310", "check-then-use", "error-shown", "log-injection", "assert-as-check"), 0.3),
    **dict.fromkeys(("B110", "B112", "B113", "no-timeout", "error-swallowed"), 0.4),
}
"""Remarks on imports, on programs started without a shell, and on matters of care weigh this part of the rest."""
_FAMILIES = (
    {78, 77, 88},
    {94, 95},
    {89},
    {502},
    {330, 335, 338},
    {327, 328, 326},
    {259, 798, 321, 312},
    {79, 80},
    {22, 23, 36},
    {732, 276},
    {703, 390},
    {20, 611},
    {617},
)
_FAMILY_OF = {cwe: min(family) for family in _FAMILIES for cwe in family}
_TELLING = {
    "B608": 89,
    "B701": 79,
    "B702": 79,
    "B703": 79,
    "B308": 79,
    "B307": 94,
    "B102": 94,
    "B113": 400,
    "B505": 326,
    "B501": 295,
    "B506": 502,
    "B104": 605,
    "B108": 377,
    "B306": 377,
    "B201": 489,
    "B202": 22,
    "B324": 327,
}
"""Bandit's rules whose CWE number is wider than what they find."""


class Analysed(Protocol):
    """A candidate with what was found in it."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found."""


class FindingsComparison(Record):
    """Which candidate is cleaner, if either, and the findings that make the difference."""

    cleaner: Side | None
    """The side with less weight of findings; None when there is nothing between them."""
    weight_a: float
    """The weight of candidate A's findings."""
    weight_b: float
    """The weight of candidate B's findings."""
    reasons: tuple[Finding, ...]
    """The findings of the other side that the cleaner one does not have, the heaviest first."""


def compare_findings(a: Analysed, b: Analysed) -> FindingsComparison:
    """Return which of two candidates is cleaner; swapping them swaps the answer and nothing else."""
    weights_a, weights_b = _families(a), _families(b)
    every = sorted(weights_a.keys() | weights_b.keys())
    sums = [sum(_total(weights.get(family, {})) for family in every) for weights in (weights_a, weights_b)]
    total_a, total_b = (round(total, 6) for total in sums)
    if abs(total_a - total_b) < _MARGIN:
        return FindingsComparison(cleaner=None, weight_a=total_a, weight_b=total_b, reasons=())
    cleaner: Side = "A" if total_a < total_b else "B"
    clean, worse, text = (weights_a, weights_b, b) if cleaner == "A" else (weights_b, weights_a, a)
    heavier = {family for family in worse if _total(worse[family]) > _total(clean.get(family, {}))}
    reasons = [finding for finding in text.findings if _family(finding) in heavier]
    reasons.sort(key=lambda finding: (-weight(finding), finding.line, finding.rule))
    return FindingsComparison(cleaner=cleaner, weight_a=total_a, weight_b=total_b, reasons=tuple(reasons))


def weight(finding: Finding) -> float:
    """Return what one finding weighs."""
    full = _SEVERITY[finding.severity] * _CONFIDENCE[finding.confidence] * _REMARKS.get(finding.rule, 1.0)
    return full * (_GUARDED if finding.guarded else 1.0)


def _family(finding: Finding) -> int:
    cwe = _TELLING.get(finding.rule, finding.cwe)
    return _FAMILY_OF.get(cwe, cwe)


def _families(found: Analysed) -> dict[int, dict[int, float]]:
    """Return, for every kind of weakness, the weight on each line."""
    places: dict[int, dict[int, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in found.findings:
        places[_family(finding)][finding.line].append(finding)
    return {family: {line: _place(here) for line, here in lines.items()} for family, lines in places.items()}


def _place(here: list[Finding]) -> float:
    heaviest = max(weight(finding.model_copy(update={"guarded": False})) for finding in here)
    return heaviest * (_GUARDED if any(finding.guarded for finding in here) else 1.0)


def _total(lines: dict[int, float]) -> float:
    ordered = sorted(lines.values(), reverse=True)
    return ordered[0] + _FURTHER * sum(ordered[1:]) if ordered else 0.0
