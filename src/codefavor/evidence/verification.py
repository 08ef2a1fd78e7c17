"""Whether a pair's evidence confirms or refutes its label, or cannot test it. Pure: the mark is derived, never stored.

Two rules differ from judging. A pair that Regress-Evol made of a function in use takes that function for the oracle:
what the chosen code gives on generated inputs is what is expected, so a disagreement confirms a correctness pair, which
by itself names no winner between two candidates of unknown origin. And where a judge may guess, this says untestable.
"""

from typing import Literal, NamedTuple

from codefavor.evidence.decision import decide
from codefavor.evidence.explain import explain
from codefavor.evidence.words import observed_words
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.evidence import Evidence
from codefavor.pairs.pair import PreferencePair

Mark = Literal["confirmed", "refuted", "untestable"]
MARKS: tuple[Mark, ...] = ("confirmed", "refuted", "untestable")
ORACLE_METHOD = "regress-evol"
"""The method whose chosen code is a function in use, and the rejected code that function made worse."""


class Verification(NamedTuple):
    """What the evidence says of a label."""

    mark: Mark
    """Confirmed, refuted or untestable."""
    rule: str
    """What decided: loading, examples, incidents, work, findings, "chosen as oracle", or none."""
    reason: str
    """Why, in a sentence; A is the chosen code, B the rejected one."""


def verify(pair: PreferencePair) -> Verification:
    """Return what the pair's own evidence says of its label."""
    evidence, aspect = pair.evidence, pair.criterion.aspect
    if evidence is None:
        return Verification("untestable", "none", "It carries no evidence; `codefavor pairs verify` attaches it.")
    if aspect is None or not aspect.verifiable:
        return Verification("untestable", "none", "Its criterion is not one that a program can decide.")
    decision = decide(aspect, evidence)
    reason = explain(aspect, evidence, decision)
    if decision.side:
        mark: Mark = "confirmed" if decision.side == "A" else "refuted"
        return Verification(mark, str(decision.kind), reason)
    if aspect is Aspect.CORRECTNESS and has_oracle(pair):
        return _by_oracle(evidence, reason)
    return Verification("untestable", "none", reason)


def has_oracle(pair: PreferencePair) -> bool:
    """Return whether the chosen code is a function in use, of which the rejected one was made."""
    return pair.provenance.method.split("/")[0] == ORACLE_METHOD


def _by_oracle(evidence: Evidence, otherwise: str) -> Verification:
    if evidence.differences:
        difference = evidence.differences[0]
        chosen, rejected = observed_words(difference.a), observed_words(difference.b)
        reason = f"The rejected code differs from the function it was made of: {difference.call} gives {chosen}, and "
        return Verification("confirmed", "chosen as oracle", f"{reason}{rejected}.")
    if evidence.inputs:
        return Verification("untestable", "none", f"Both agree on all {evidence.inputs} generated inputs.")
    return Verification("untestable", "none", otherwise)
