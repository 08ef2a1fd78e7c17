"""The judge that runs both candidates and uses no model: it decides by evidence, and abstains where it has none."""

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from codefavor.evidence.collect import Collected, Wanted, collect
from codefavor.evidence.cost import cheaper
from codefavor.pairs.comparison import Comparison, Side, other_side
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.evidence import CandidateEvidence, Evidence
from codefavor.pairs.verdict import Cost, Verdict
from codefavor.sandbox.pool import Pool
from codefavor.sandbox.probe import open_sandbox

Decision = tuple[Side | None, str]
"""A side with the feedback, or None with the reason why there is no choice."""

_MOST_REASONS = 3
_WEIGHING = ("undefined name", "wrong type", "endless")
"""The incidents that decide when the other candidate has none.

An exception of another kind does not: on generated inputs 9% of 217 right MBPP solutions raise one, and 8% of 95 wrong
ones that pass their first example, so it tells nothing. Neither do changed arguments, which few instructions forbid.
"""


class EvidenceJudge:
    """Decides by what running and analysing shows."""

    name = "evidence"

    def __init__(self, seed: int = 0, workers: int | None = None, unsafe_local: bool = False) -> None:
        """Judge with as many workers as there are processors; `seed` is that of the generated inputs."""
        self._seed = seed
        self._workers = workers or os.cpu_count() or 1
        self._unsafe_local = unsafe_local

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return a verdict for every comparison, with its evidence.

        Raises:
            SandboxError: foreign code cannot be run safely here, and `unsafe_local` is not given.
        """
        with open_sandbox(self._workers, self._unsafe_local) as pool, ThreadPoolExecutor(self._workers) as threads:
            return list(threads.map(lambda comparison: self._judge(pool, comparison), comparisons))

    def _judge(self, pool: Pool, comparison: Comparison) -> Verdict:
        start = time.monotonic()
        aspect = comparison.criterion.aspect
        collected = collect(pool, comparison, wanted_for(aspect, self._seed))
        side, words = decide(aspect, collected)
        return Verdict(
            comparison=comparison.digest(),
            judge=self.name,
            choice=side,
            feedback=words if side else None,
            undecided=None if side else words,
            evidence=collected.evidence,
            cost=Cost(seconds=time.monotonic() - start),
        )


def wanted_for(aspect: Aspect | None, seed: int) -> Wanted:
    """Return the kinds of evidence that can decide an aspect; without one, correctness."""
    return Wanted(
        examples=aspect not in (Aspect.SECURITY, Aspect.HUMAN_PREFERENCE),
        behaviour=aspect in (Aspect.CORRECTNESS, None),
        cost=aspect is Aspect.EFFICIENCY,
        findings=aspect is Aspect.SECURITY,
        seed=seed,
    )


def decide(aspect: Aspect | None, collected: Collected) -> Decision:
    """Return what the evidence says by an aspect; without one, correctness speaks."""
    match aspect:
        case Aspect.EFFICIENCY:
            return decide_efficiency(collected)
        case Aspect.CORRECTNESS | None:
            return decide_correctness(collected.evidence)
        case Aspect.SECURITY:
            return decide_security(collected)
        case _:
            return None, f"Running both says nothing about {aspect}."


def decide_correctness(evidence: Evidence) -> Decision:
    """Return the candidate that the evidence favours: examples first, then what is wrong on one side only."""
    for rule in (_by_loading, _by_examples, _by_incidents):
        side, words = rule(evidence)
        if side:
            return side, words
    reasons = " ".join(missing.reason for missing in evidence.missing)
    told = "Both pass what could be run." if not reasons else reasons
    if evidence.disagreements:
        told += f" They differ on {evidence.disagreements} of {evidence.inputs} inputs, which names no winner."
    return None, told


def _one_sided(a: bool, b: bool) -> Side | None:
    """Return the side without a fault where exactly one has it."""
    return None if a == b else "B" if a else "A"


def _of(evidence: Evidence, side: Side) -> CandidateEvidence:
    return evidence.a if side == "A" else evidence.b


def _by_loading(evidence: Evidence) -> Decision:
    side = _one_sided(evidence.a.load_error is not None, evidence.b.load_error is not None)
    side = side or _one_sided(not evidence.a.parses, not evidence.b.parses)
    side = side or _one_sided(_lacks_function(evidence.a), _lacks_function(evidence.b))
    if side is None:
        return None, ""
    worse = _of(evidence, other_side(side))
    return side, f"{other_side(side)} does not run: {worse.load_error or ' '.join(worse.problems)}"


def _lacks_function(candidate: CandidateEvidence) -> bool:
    return any(problem.startswith("It defines no function") for problem in candidate.problems)


def _by_examples(evidence: Evidence) -> Decision:
    side = _one_sided(bool(evidence.a.examples_failed), bool(evidence.b.examples_failed))
    if side is None:
        return None, ""
    worse = _of(evidence, other_side(side))
    witness = worse.examples_failed[0]
    total = worse.examples_passed + len(worse.examples_failed)
    return side, (
        f"{other_side(side)} fails {len(worse.examples_failed)} of {total} worked examples: "
        f"{witness.call} should give {witness.expected}, and gives {witness.got}."
    )


def _by_incidents(evidence: Evidence) -> Decision:
    faults = {side: [i for i in _of(evidence, side).incidents if i.kind in _WEIGHING] for side in ("A", "B")}
    side = _one_sided(bool(faults["A"]), bool(faults["B"]))
    if side is None:
        return None, ""
    incident = faults[other_side(side)][0]
    return side, f"Only {other_side(side)} goes wrong ({incident.kind}) on {incident.call}: {incident.detail}."


def decide_efficiency(collected: Collected) -> Decision:
    """Return the candidate that does less work, provided both do their work."""
    evidence = collected.evidence
    for rule in (_by_loading, _by_examples):
        side, words = rule(evidence)
        if side:
            return side, f"{words} Only code that works can be fast."
    if collected.cost is None:
        reasons = " ".join(missing.reason for missing in evidence.missing)
        return None, f"No work could be measured. {reasons}".strip()
    side, words = cheaper(collected.cost)
    if side:
        return side, f"{side} does less work. {words}{_growths(evidence)}"
    return None, words


def _growths(evidence: Evidence) -> str:
    a, b = evidence.a.growth, evidence.b.growth
    if a is None or b is None:
        return ""
    return f" A grows as size^{a.exponent:.2f}±{a.error:.2f}, B as size^{b.exponent:.2f}±{b.error:.2f}."


def decide_security(collected: Collected) -> Decision:
    """Return the candidate in which the analysers find less."""
    found = collected.findings
    if found is None:
        return None, "Nothing was analysed."
    if found.cleaner is None:
        return None, "The analysers see no difference in weaknesses."
    worse = other_side(found.cleaner)
    reasons = [f"line {reason.line}: {reason.message} (CWE-{reason.cwe})" for reason in found.reasons[:_MOST_REASONS]]
    return found.cleaner, f"{worse} has weaknesses that {found.cleaner} has not. {worse}, {'; '.join(reasons)}"
