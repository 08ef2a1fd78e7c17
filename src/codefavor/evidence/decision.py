"""What evidence says by an aspect: a side and the kind of evidence that decides, or nothing with the reason.

Pure: it reads the record alone, so that stored evidence says the same as fresh evidence.
"""

import math
from typing import Literal, NamedTuple

from codefavor.evidence.findings import compare_findings
from codefavor.pairs.comparison import Side, other_side
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.evidence import CandidateEvidence, Evidence

Kind = Literal["loading", "examples", "incidents", "work", "findings"]
"""What can decide: one side does not load, fails an example, goes wrong alone, does more work, has weaknesses."""

_MOST_REASONS = 3
WEIGHING = ("undefined name", "wrong type", "endless")
"""The incidents that decide when the other candidate has none.

An exception of another kind does not: on generated inputs 9% of 217 right MBPP solutions raise one, and 8% of 95 wrong
ones that pass their first example, so it tells nothing. Neither do changed arguments, which few instructions forbid.
"""


class Decision(NamedTuple):
    """What the evidence says."""

    side: Side | None
    """The better candidate, if the evidence names one."""
    words: str
    """Why, or why there is none."""
    kind: Kind | None = None
    """What decided."""


_NOTHING = Decision(None, "")


def decide(aspect: Aspect | None, evidence: Evidence) -> Decision:
    """Return what the evidence says by an aspect; a criterion without one is not decided by running."""
    match aspect:
        case Aspect.EFFICIENCY:
            return decide_efficiency(evidence)
        case Aspect.CORRECTNESS:
            return decide_correctness(evidence)
        case Aspect.SECURITY:
            return decide_security(evidence)
        case None:
            return Decision(None, "The criterion is none of correctness, efficiency and security.")
        case _:
            return Decision(None, f"Running both says nothing about {aspect}.")


def decide_correctness(evidence: Evidence) -> Decision:
    """Return the candidate that the evidence favours: examples first, then what is wrong on one side only."""
    for rule in (_by_loading, _by_examples, _by_incidents):
        decision = rule(evidence)
        if decision.side:
            return decision
    reasons = " ".join(missing.reason for missing in evidence.missing)
    told = "Both pass what could be run." if not reasons else reasons
    if evidence.disagreements:
        told += f" They differ on {evidence.disagreements} of {evidence.inputs} inputs, which names no winner."
    return Decision(None, told)


def _one_sided(a: bool, b: bool) -> Side | None:
    """Return the side without a fault where exactly one has it."""
    return None if a == b else "B" if a else "A"


def _of(evidence: Evidence, side: Side) -> CandidateEvidence:
    return evidence.a if side == "A" else evidence.b


def _by_loading(evidence: Evidence) -> Decision:
    side = _one_sided(evidence.a.load_error is not None, evidence.b.load_error is not None)
    side = side or _one_sided(not evidence.a.parses, not evidence.b.parses)
    side = side or _one_sided(lacks_function(evidence.a), lacks_function(evidence.b))
    if side is None:
        return _NOTHING
    worse = _of(evidence, other_side(side))
    why = worse.load_error or " ".join(worse.problems)
    return Decision(side, f"{other_side(side)} does not run: {why}", "loading")


def lacks_function(candidate: CandidateEvidence) -> bool:
    """Return whether the function that was asked for is not there."""
    return any(problem.startswith("It defines no function") for problem in candidate.problems)


def _by_examples(evidence: Evidence) -> Decision:
    side = _one_sided(bool(evidence.a.examples_failed), bool(evidence.b.examples_failed))
    if side is None:
        return _NOTHING
    worse = _of(evidence, other_side(side))
    witness = worse.examples_failed[0]
    total = worse.examples_passed + len(worse.examples_failed)
    told = (
        f"{other_side(side)} fails {len(worse.examples_failed)} of {total} worked examples: "
        f"{witness.call} should give {witness.expected}, and gives {witness.got}."
    )
    return Decision(side, told, "examples")


def _by_incidents(evidence: Evidence) -> Decision:
    faults = {side: [i for i in _of(evidence, side).incidents if i.kind in WEIGHING] for side in ("A", "B")}
    side = _one_sided(bool(faults["A"]), bool(faults["B"]))
    if side is None:
        return _NOTHING
    incident = faults[other_side(side)][0]
    told = f"Only {other_side(side)} goes wrong ({incident.kind}) on {incident.call}: {incident.detail}."
    return Decision(side, told, "incidents")


def decide_efficiency(evidence: Evidence) -> Decision:
    """Return the candidate that does less work, provided both do their work."""
    for rule in (_by_loading, _by_examples):
        decision = rule(evidence)
        if decision.side:
            return decision._replace(words=f"{decision.words} Only code that works can be fast.")
    balance = evidence.balance
    if balance is None:
        reasons = " ".join(missing.reason for missing in evidence.missing)
        return Decision(None, f"No work could be measured. {reasons}".strip())
    told = (
        f"counted work A/B {math.exp(balance.log_count):.2f}, processor time A/B {math.exp(balance.log_time):.2f} "
        "on the largest inputs that both finish."
    )
    if balance.cheaper is None:
        return Decision(None, f"Too close to call: {told}")
    words = f"{balance.cheaper} does less work. {told[0].upper()}{told[1:]}{_growths(evidence)}"
    return Decision(balance.cheaper, words, "work")


def _growths(evidence: Evidence) -> str:
    a, b = evidence.a.growth, evidence.b.growth
    if a is None or b is None:
        return ""
    return f" A grows as size^{a.exponent:.2f}±{a.error:.2f}, B as size^{b.exponent:.2f}±{b.error:.2f}."


def decide_security(evidence: Evidence) -> Decision:
    """Return the candidate in which the analysers find less."""
    found = compare_findings(evidence.a, evidence.b)
    if found.cleaner is None:
        return Decision(None, "The analysers see no difference in weaknesses.")
    worse = other_side(found.cleaner)
    reasons = [f"line {reason.line}: {reason.message} (CWE-{reason.cwe})" for reason in found.reasons[:_MOST_REASONS]]
    told = f"{worse} has weaknesses that {found.cleaner} has not. {worse}, {'; '.join(reasons)}"
    return Decision(found.cleaner, told, "findings")
