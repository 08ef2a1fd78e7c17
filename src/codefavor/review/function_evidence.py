"""The evidence of one changed function: a judge that knows the function's module, and why parts of it cannot run.

It stands for the judge `evidence` in a review. A fragment is not a program: what fails to load outside its module, or
crashes on arguments that were guessed, is held against neither side.
"""

import math
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from codefavor.evidence.collect import collect, wanted_for
from codefavor.evidence.decision import decide
from codefavor.evidence.work_comparison import NOISE
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.evidence import CandidateEvidence, Evidence, Incident, Missing, WorkBalance
from codefavor.pairs.verdict import Cost, Verdict
from codefavor.review.function_analysis import FunctionAnalysis
from codefavor.review.time_budget import SECONDS, SpentError, TimeBudget
from codefavor.sandbox.pool import Pool

_READING = "reading its module"
_INEXCUSABLE = ("undefined name", "endless")
_GROWS, _GROWS_FASTER = 0.5, 0.3
"""Exponents from which work grows at all, and the difference of two from which one grows faster."""


class FunctionEvidence:
    """Decides by what running and analysing shows of functions that it has the analysis of."""

    name = "evidence"

    def __init__(
        self, pool: Pool | None, analyses: Mapping[str, FunctionAnalysis], workers: int = 1, seed: int = 0
    ) -> None:
        """Judge comparisons by their digest in `analyses`, old as A and new as B; without a pool nothing is run."""
        self._pool = pool
        self._analyses = analyses
        self._workers = workers
        self._seed = seed

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return a verdict with its evidence for every comparison; each is run once, whichever order it is shown in."""
        straight = [each if each.digest() in self._analyses else each.swapped() for each in comparisons]
        distinct = {each.digest(): each for each in straight}
        with ThreadPoolExecutor(self._workers) as threads:
            known = dict(zip(distinct, threads.map(self._judge, distinct.values()), strict=True))
        return [
            known[ran.digest()] if ran == shown else known[ran.digest()].for_swapped(shown)
            for ran, shown in zip(straight, comparisons, strict=True)
        ]

    def _judge(self, comparison: Comparison) -> Verdict:
        start = time.monotonic()
        aspect = comparison.criterion.aspect
        evidence = self._collect(comparison, self._analyses[comparison.digest()])
        decision = decide(aspect, evidence)
        return Verdict(
            comparison=comparison.digest(),
            judge=self.name,
            choice=decision.side,
            feedback=decision.words if decision.side else None,
            undecided=None if decision.side else decision.words,
            evidence=evidence,
            cost=Cost(seconds=time.monotonic() - start),
        )

    def _collect(self, comparison: Comparison, analysis: FunctionAnalysis) -> Evidence:
        aspect = comparison.criterion.aspect
        a, b = (CandidateEvidence(parses=True, findings=found) for found in analysis.findings)
        if aspect is Aspect.SECURITY:
            return Evidence(a=a, b=b)
        if aspect not in (Aspect.CORRECTNESS, Aspect.EFFICIENCY):
            missing = Missing(part="behaviour", reason="Running both says nothing about this criterion.")
            return Evidence(a=CandidateEvidence(parses=True), b=CandidateEvidence(parses=True), missing=(missing,))
        evidence = self._run(comparison, analysis)
        if aspect is Aspect.CORRECTNESS:
            evidence = _with_undefined(evidence, analysis)
        return evidence

    def _run(self, comparison: Comparison, analysis: FunctionAnalysis) -> Evidence:
        if analysis.codes is None or self._pool is None:
            reason = analysis.why_not or "Nothing is run here."
            missing = Missing(part="behaviour", reason=f"It was not run. {reason}")
            return Evidence(a=CandidateEvidence(parses=True), b=CandidateEvidence(parses=True), missing=(missing,))
        code_a, code_b = analysis.codes
        ready = comparison.model_copy(update={"code_a": code_a, "code_b": code_b})
        wanted = wanted_for(comparison.criterion.aspect, self._seed)
        try:
            return of_a_fragment(collect(TimeBudget(self._pool), ready, wanted))
        except SpentError:
            missing = Missing(part="behaviour", reason=f"It was stopped after {SECONDS:g} s of running it.")
            return Evidence(a=CandidateEvidence(parses=True), b=CandidateEvidence(parses=True), missing=(missing,))


def of_a_fragment(evidence: Evidence) -> Evidence:
    """Return the evidence without what says nothing of a function out of its module, on arguments that were guessed.

    Problems of reading and errors of loading are the fragment's. Where no worked example shows what inputs look like,
    only incidents that no input excuses are kept.
    """
    shown = any(one.examples_passed or one.examples_failed for one in (evidence.a, evidence.b))
    sides = {
        name: one.model_copy(
            update={
                "problems": (),
                "load_error": None,
                "incidents": tuple(each for each in one.incidents if shown or each.kind in _INEXCUSABLE),
            }
        )
        for name, one in (("a", evidence.a), ("b", evidence.b))
    }
    if not shown and evidence.balance is not None and not _tells(evidence, evidence.balance):
        missing = Missing(part="cost", reason="On guessed arguments the difference in work is too small to tell.")
        evidence = evidence.model_copy(update={"balance": None, "missing": (*evidence.missing, missing)})
    unloaded = [one.load_error for one in (evidence.a, evidence.b) if one.load_error]
    if not unloaded:
        return evidence.model_copy(update=sides)
    reason = f"It cannot be loaded outside its module: {unloaded[0]}."
    failed = Missing(part="behaviour", reason=reason)
    cleared = {
        name: one.model_copy(update={"examples_passed": 0, "examples_failed": ()}) for name, one in sides.items()
    }
    return evidence.model_copy(update={**cleared, "missing": (failed,)})


def _tells(evidence: Evidence, balance: WorkBalance) -> bool:
    """Return whether work that grows differs in instructions, or in how it grows, and not in processor time alone."""
    a, b = evidence.a.growth, evidence.b.growth
    if balance.cheaper is None or a is None or b is None or max(a.exponent, b.exponent) < _GROWS:
        return False
    sign = 1 if balance.cheaper == "B" else -1
    return sign * balance.log_count > math.log(NOISE) or sign * (a.exponent - b.exponent) > _GROWS_FASTER


def _with_undefined(evidence: Evidence, analysis: FunctionAnalysis) -> Evidence:
    """Add the names that only one side's file leaves without a meaning, which are a mistake wherever it is run."""
    sides = {}
    for place, one, names in zip(("a", "b"), (evidence.a, evidence.b), analysis.undefined, strict=True):
        incidents = tuple(
            Incident(kind="undefined name", call=_READING, detail=f"nothing defines {name}") for name in sorted(names)
        )
        sides[place] = one.model_copy(update={"incidents": (*incidents, *one.incidents)})
    return evidence.model_copy(update=sides)
