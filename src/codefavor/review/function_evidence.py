"""The evidence of one changed function: a judge that knows the function's module and why parts of it cannot run.

It stands for the judge `evidence` in a review. A fragment is not a program: what fails to load outside its module, or
crashes on arguments that were guessed, is held against neither side.
"""

import math
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from codefavor.evidence.collect import collect
from codefavor.evidence.python_dialect import PYTHON
from codefavor.evidence.verdict import verdict_by_evidence
from codefavor.evidence.wanted import wanted_for
from codefavor.evidence.words import observed_words
from codefavor.judges.one_order import one_order
from codefavor.pairs.circumstance import Circumstance, CircumstanceCode
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.evidence import CandidateEvidence, Evidence, Incident, IncidentCode, WorkComparison
from codefavor.pairs.fact import FactCode
from codefavor.pairs.verdict import Verdict
from codefavor.review.function_analysis import FunctionAnalysis
from codefavor.review.time_budget import SECONDS, BudgetSpent, TimeBudget
from codefavor.sandbox.engine import Engine

_INEXCUSABLE = frozenset({IncidentCode.UNDEFINED_NAME, IncidentCode.ENDLESS})
_GROWS, _GROWS_FASTER = 0.5, 0.3
"""Exponents from which work grows at all, and the difference of two from which one grows faster."""


class FunctionEvidence:
    """Decides by what running and analysing shows of functions that it has the analysis of."""

    name = "evidence"
    order_invariant = True

    def __init__(
        self, engine: Engine | None, analyses: Mapping[str, FunctionAnalysis], workers: int = 1, seed: int = 0
    ) -> None:
        """Judge comparisons by their digest in `analyses`, old as A and new as B; without a engine nothing is run."""
        self._engine = engine
        self._analyses = analyses
        self._workers = workers
        self._seed = seed

    @one_order
    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return a verdict with its evidence for every comparison; each is run once, whichever order it is shown in."""
        with ThreadPoolExecutor(self._workers) as threads:
            return list(threads.map(self._judge, comparisons))

    def _analysis_of(self, comparison: Comparison) -> FunctionAnalysis:
        own = self._analyses.get(comparison.digest())
        return own or self._analyses[comparison.swapped().digest()].swapped()

    def _judge(self, comparison: Comparison) -> Verdict:
        start = time.monotonic()
        evidence = self._collect(comparison, self._analysis_of(comparison))
        return verdict_by_evidence(self.name, comparison, evidence, start)

    def _collect(self, comparison: Comparison, analysis: FunctionAnalysis) -> Evidence:
        aspect = comparison.criterion.aspect
        if aspect is Aspect.SECURITY:
            a, b = (CandidateEvidence(findings=found) for found in analysis.findings)
            return Evidence(a=a, b=b)
        if aspect not in (Aspect.CORRECTNESS, Aspect.EFFICIENCY):
            return _nothing_run(CircumstanceCode.CRITERION_NOT_TESTABLE)
        evidence = self._run(comparison, analysis)
        if aspect is Aspect.CORRECTNESS:
            evidence = _with_undefined(evidence, analysis)
        return evidence

    def _run(self, comparison: Comparison, analysis: FunctionAnalysis) -> Evidence:
        if analysis.codes is None or self._engine is None:
            return _nothing_run(CircumstanceCode.NOT_RUN, detail=analysis.why_not or "Nothing is run here.")
        code_a, code_b = analysis.codes
        ready = comparison.model_copy(update={"code_a": code_a, "code_b": code_b})
        wanted = wanted_for(comparison.criterion.aspect, self._seed)
        try:
            return of_a_fragment(collect(TimeBudget(self._engine), ready, wanted))
        except BudgetSpent:
            return _nothing_run(CircumstanceCode.STOPPED, seconds=SECONDS)


def _nothing_run(code: CircumstanceCode, detail: str | None = None, seconds: float | None = None) -> Evidence:
    circumstance = Circumstance(part="behaviour", code=code, detail=detail, seconds=seconds)
    return Evidence(a=CandidateEvidence(), b=CandidateEvidence(), circumstances=(circumstance,))


def of_a_fragment(evidence: Evidence) -> Evidence:
    """Return the evidence without what says nothing of a function out of its module, on arguments that were guessed.

    What reading shows, short of a syntax error, and errors of loading are the fragment's. Where no worked example shows
    what inputs look like, only incidents that no input excuses are kept.
    """
    has_examples = any(one.examples_passed or one.examples_failed for one in (evidence.a, evidence.b))
    sides = {name: _of_fragment(one, has_examples) for name, one in (("a", evidence.a), ("b", evidence.b))}
    compared = evidence.work_comparison
    if not has_examples and compared is not None and not _tells(evidence, compared):
        guessed = Circumstance(part="cost", code=CircumstanceCode.GUESSED_ARGUMENTS)
        circumstances = (*evidence.circumstances, guessed)
        evidence = evidence.model_copy(update={"work_comparison": None, "circumstances": circumstances})
    failures = [one.load_failure for one in (evidence.a, evidence.b) if one.load_failure]
    if not failures:
        return evidence.model_copy(update=sides)
    failed = Circumstance(part="behaviour", code=CircumstanceCode.NEEDS_ITS_MODULE, detail=observed_words(failures[0]))
    cleared = {
        name: one.model_copy(update={"examples_passed": 0, "examples_failed": ()}) for name, one in sides.items()
    }
    return evidence.model_copy(update={**cleared, "circumstances": (failed,)})


def _of_fragment(candidate: CandidateEvidence, has_examples: bool) -> CandidateEvidence:
    incidents = tuple(one for one in candidate.incidents if has_examples or one.code in _INEXCUSABLE)
    facts = tuple(fact for fact in candidate.facts if fact.code is FactCode.SYNTAX_ERROR)
    return candidate.model_copy(update={"facts": facts, "load_failure": None, "incidents": incidents})


def _tells(evidence: Evidence, compared: WorkComparison) -> bool:
    """Return whether work that grows differs clearly, or in how it grows."""
    a, b = evidence.a.growth, evidence.b.growth
    if compared.cheaper is None or a is None or b is None or max(a.exponent, b.exponent) < _GROWS:
        return False
    sign = 1 if compared.cheaper == "B" else -1
    return sign * compared.log_ratio > math.log(PYTHON.clear_ratio) or sign * (a.exponent - b.exponent) > _GROWS_FASTER


def _with_undefined(evidence: Evidence, analysis: FunctionAnalysis) -> Evidence:
    """Add the names that only one side's file leaves without a meaning, which are a mistake wherever it is run."""
    sides = {}
    for side, one, names in zip(("a", "b"), (evidence.a, evidence.b), analysis.undefined, strict=True):
        undefined = tuple(Incident(code=IncidentCode.UNDEFINED_NAME, name=name) for name in sorted(names))
        sides[side] = one.model_copy(update={"incidents": (*undefined, *one.incidents)})
    return evidence.model_copy(update=sides)
