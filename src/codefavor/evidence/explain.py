"""Why the evidence decides as it does, or why it does not, in words."""

import math
from collections.abc import Callable, Mapping

from codefavor.evidence.decision import Decision, DecisionKind, deciding_incidents, worse_of
from codefavor.evidence.findings import compare_findings
from codefavor.evidence.words import LANGUAGE_CODES, fact_words, incident_words, observed_words, reasons
from codefavor.pairs.comparison import Side, other_side
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.evidence import Evidence, WorkComparison, WorkDoubt

_MAX_REASONS = 3

_DOUBTS: Mapping[WorkDoubt, str] = {
    "results": "on larger inputs the one that does less work does not return what the other does.",
    "hidden": "the one that does less work in its calls may have done the rest while it was loaded, or around them.",
    "further": "the one that does less work where both finish gets less far.",
}


def explain(aspect: Aspect | None, evidence: Evidence, decision: Decision) -> str:
    """Return the reason for a decision by an aspect, or the reason why there is none."""
    if decision.side is None or decision.kind is None:
        return _undecided(aspect, evidence)
    words = _DECIDED[decision.kind](evidence, decision, other_side(decision.side))
    works = decision.kind in ("loading", "examples")
    return f"{words} Only code that works can be fast." if works and aspect is Aspect.EFFICIENCY else words


def _by_loading(evidence: Evidence, decision: Decision, worse: Side) -> str:
    candidate = worse_of(evidence, decision)
    if candidate.load_failure is not None:
        return f"{worse} does not run: {observed_words(candidate.load_failure)}"
    return f"{worse} does not run: {' '.join(map(fact_words, candidate.facts))}"


def _by_examples(evidence: Evidence, decision: Decision, worse: Side) -> str:
    candidate = worse_of(evidence, decision)
    failed, witness = len(candidate.examples_failed), candidate.examples_failed[0]
    return (
        f"{worse} fails {failed} of {candidate.examples_passed + failed} worked examples: "
        f"{witness.call} should give {witness.expected}, and gives {observed_words(witness.got)}."
    )


def _by_incidents(evidence: Evidence, decision: Decision, worse: Side) -> str:
    return f"Only {worse} goes wrong {incident_words(deciding_incidents(worse_of(evidence, decision))[0])}."


def _by_work(evidence: Evidence, decision: Decision, worse: Side) -> str:
    ratios = _ratios(evidence.work_comparison or WorkComparison())
    return f"{other_side(worse)} does less work. {ratios[0].upper()}{ratios[1:]}{_growths(evidence)}"


def _by_findings(evidence: Evidence, decision: Decision, worse: Side) -> str:
    found = compare_findings(evidence.a, evidence.b).reasons[:_MAX_REASONS]
    weaknesses = "; ".join(f"line {reason.line}: {reason.message} (CWE-{reason.cwe})" for reason in found)
    return f"{worse} has weaknesses that {other_side(worse)} has not. {worse}, {weaknesses}"


_DECIDED: dict[DecisionKind, Callable[[Evidence, Decision, Side], str]] = {
    "loading": _by_loading,
    "examples": _by_examples,
    "incidents": _by_incidents,
    "work": _by_work,
    "findings": _by_findings,
}


def _undecided(aspect: Aspect | None, evidence: Evidence) -> str:
    why = reasons(evidence)
    if aspect is None:
        return "The criterion is none of correctness, efficiency and security."
    if not aspect.verifiable:
        return f"Running both says nothing about {aspect}."
    if evidence.has_circumstance(*LANGUAGE_CODES):
        return why
    if aspect is Aspect.SECURITY:
        return f"The analysers see no difference in weaknesses. {why}".strip()
    if aspect is not Aspect.EFFICIENCY:
        return f"{why or 'Both pass what could be run.'}{_differing(evidence)}"
    if evidence.work_comparison is None:
        return f"No work could be measured. {why}".strip()
    doubt = evidence.work_comparison.doubt
    return (
        f"Work decides nothing: {_DOUBTS[doubt]}"
        if doubt
        else f"Too close to call: {_ratios(evidence.work_comparison)}"
    )


def _differing(evidence: Evidence) -> str:
    if not evidence.disagreements:
        return ""
    return f" They differ on {evidence.disagreements} of {evidence.inputs} inputs, which names no winner."


def _ratios(compared: WorkComparison) -> str:
    return f"work A/B {math.exp(compared.log_ratio):.2f} on the largest inputs that both finish."


def _growths(evidence: Evidence) -> str:
    a, b = evidence.a.growth, evidence.b.growth
    if a is None or b is None:
        return ""
    return f" A grows as size^{a.exponent:.2f}±{a.error:.2f}, B as size^{b.exponent:.2f}±{b.error:.2f}."
