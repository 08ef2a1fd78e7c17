"""Collects the evidence of two Python candidates: what reading them shows, then examples, behaviour, cost."""

from typing import Any

from codefavor.evidence.behaviour import Behaviour, run_behaviour, seeds_of
from codefavor.evidence.candidate import ParsedCandidate
from codefavor.evidence.cost import CostRun, Series, fit_growth, run_cost
from codefavor.evidence.entry_point import EntryPoint, find_entry_point
from codefavor.evidence.example import WorkedExample
from codefavor.evidence.examples import ExampleRun, ExampleRuns, run_examples
from codefavor.evidence.findings import find_in
from codefavor.evidence.literals import evaluate
from codefavor.evidence.observed import observe
from codefavor.evidence.prelude import prelude_of, with_prelude
from codefavor.evidence.static_checks import check_statically
from codefavor.evidence.wanted import Wanted
from codefavor.evidence.work_comparison import compare_work
from codefavor.pairs.circumstance import Circumstance, CircumstanceCode
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.evidence import CandidateEvidence, Evidence
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.job import Job, JobResult


def collect_python(engine: Engine, comparison: Comparison, wanted: Wanted) -> Evidence:
    """Return all evidence of a comparison of Python candidates that is wanted and available."""
    a, b = ParsedCandidate(comparison.code_a), ParsedCandidate(comparison.code_b)
    entry_point = find_entry_point(comparison.instruction, a, b)
    prelude = prelude_of(comparison.instruction)
    evidence = Evidence(
        a=_read(a, entry_point, prelude, wanted),
        b=_read(b, entry_point, prelude, wanted),
        entry_point=entry_point.name if entry_point else None,
    )
    if not wanted.examples:
        return evidence
    if entry_point is None:
        return _lacking(evidence, Circumstance(part="examples", code=CircumstanceCode.NO_ENTRY_POINT))
    codes = (with_prelude(prelude, a.code), with_prelude(prelude, b.code))
    return _run(engine, comparison.instruction, entry_point, codes, wanted, evidence)


def _read(
    candidate: ParsedCandidate, entry_point: EntryPoint | None, prelude: str, wanted: Wanted
) -> CandidateEvidence:
    """Return what reading a candidate shows, without running it."""
    return CandidateEvidence(
        facts=check_statically(candidate, entry_point.name if entry_point else None, prelude),
        findings=find_in(candidate).findings if wanted.findings else (),
    )


def _run(
    engine: Engine,
    instruction: str,
    entry_point: EntryPoint,
    codes: tuple[str, str],
    wanted: Wanted,
    evidence: Evidence,
) -> Evidence:
    """Return the evidence with what running both shows."""
    runs = run_examples(engine, instruction, entry_point, codes)
    a, b = runs.results if runs.examples else engine.run([Job(code) for code in codes])
    evidence = _with_examples(evidence, runs, a, b)
    if a.loading.status != "returned" or b.loading.status != "returned":
        return _lacking(evidence, Circumstance(part="behaviour", code=CircumstanceCode.NOT_LOADED))
    seeds = seeds_of(runs.examples, entry_point)
    if not seeds:
        lack = Circumstance(part="behaviour", code=CircumstanceCode.NO_ARGUMENTS, name=entry_point.name)
        return _lacking(evidence, lack)
    if wanted.behaviour:
        results = [value for example in runs.examples for value in _result_of(example)]
        evidence = _with_behaviour(evidence, run_behaviour(engine, entry_point, codes, seeds, results, wanted.seed))
    if wanted.cost:
        evidence = _with_cost(evidence, run_cost(engine, entry_point, codes, seeds, wanted.seed))
    return evidence


def _lacking(evidence: Evidence, *lacks: Circumstance) -> Evidence:
    return evidence.model_copy(update={"circumstances": (*evidence.circumstances, *lacks)})


def _with_examples(evidence: Evidence, runs: ExampleRuns, a: JobResult, b: JobResult) -> Evidence:
    lacks = []
    if runs.in_doubt:
        lack = Circumstance(part="examples", code=CircumstanceCode.EXAMPLES_IN_DOUBT, count=runs.in_doubt)
        lacks.append(lack)
    if not runs.examples:
        lacks.append(Circumstance(part="examples", code=CircumstanceCode.NO_EXAMPLES))
    sides = {"a": _with_example_run(evidence.a, runs.a, a), "b": _with_example_run(evidence.b, runs.b, b)}
    return _lacking(evidence.model_copy(update={**sides, "unsafe": a.unsafe}), *lacks)


def _with_example_run(candidate: CandidateEvidence, run: ExampleRun, result: JobResult) -> CandidateEvidence:
    failure = None if result.loading.status == "returned" else observe(result.loading)
    return candidate.model_copy(
        update={"examples_passed": run.passed, "examples_failed": run.failed, "load_failure": failure}
    )


def _with_behaviour(evidence: Evidence, behaviour: Behaviour) -> Evidence:
    return evidence.model_copy(
        update={
            "a": evidence.a.model_copy(update={"incidents": behaviour.a}),
            "b": evidence.b.model_copy(update={"incidents": behaviour.b}),
            "inputs": behaviour.inputs,
            "disagreements": behaviour.disagreements,
            "differences": behaviour.differences,
        }
    )


def _with_cost(evidence: Evidence, run: CostRun) -> Evidence:
    telling = max(range(len(run.a)), key=lambda index: _work_done(run, index), default=None)
    if telling is None or not run.a[telling].work + run.b[telling].work:
        return _lacking(evidence, Circumstance(part="cost", code=CircumstanceCode.NO_GROWING_INPUTS))
    return evidence.model_copy(
        update={
            "a": _with_series(evidence.a, run.a[telling]),
            "b": _with_series(evidence.b, run.b[telling]),
            "work_comparison": compare_work(run),
        }
    )


def _with_series(candidate: CandidateEvidence, series: Series) -> CandidateEvidence:
    return candidate.model_copy(update={"work": series.work, "growth": fit_growth(series)})


def _result_of(example: WorkedExample) -> list[Any]:
    """Return the result that an example shows, where it is a plain value."""
    if example.kind != "equals":
        return []
    try:
        return [evaluate(example.expected)]
    except ValueError:
        return []


def _work_done(run: CostRun, index: int) -> int:
    return sum(work.fuel for series in (run.a[index], run.b[index]) for work in series.work)
