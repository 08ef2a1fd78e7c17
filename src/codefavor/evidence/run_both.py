"""Runs both candidates of a comparison, in any language: examples, then behaviour, then cost, as far as wanted."""

from collections.abc import Iterator
from typing import Any

from codefavor.evidence.behaviour import Behaviour, run_behaviour, seeds_of
from codefavor.evidence.cost import CostRun, Series, fit_growth, run_cost
from codefavor.evidence.dialect import Dialect
from codefavor.evidence.entry_point import EntryPoint
from codefavor.evidence.example import WorkedExample
from codefavor.evidence.examples import ExampleRun, ExampleRuns, run_examples
from codefavor.evidence.observed import observe
from codefavor.evidence.wanted import Wanted
from codefavor.evidence.work_comparison import compare_work
from codefavor.pairs.circumstance import Circumstance, CircumstanceCode
from codefavor.pairs.evidence import CandidateEvidence, Evidence
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.job import Job, JobResult
from codefavor.sandbox.lacking import lacking_for


def run_both(
    engine: Engine,
    instruction: str,
    entry_point: EntryPoint,
    codes: tuple[str, str],
    wanted: Wanted,
    evidence: Evidence,
    dialect: Dialect,
) -> Evidence:
    """Return the evidence with what running both shows.

    Args:
        engine: where they run.
        instruction: what both are to do.
        entry_point: the function to call.
        codes: the candidates, ready to run.
        wanted: what is wanted of them.
        evidence: what reading them shows.
        dialect: the language of the candidates.
    """
    runs = run_examples(engine, instruction, entry_point, codes, dialect)
    a, b = runs.results if runs.examples else engine.run([Job(code, language=dialect.language) for code in codes])
    evidence = _with_examples(evidence, runs, a, b)
    if a.loading.status != "returned" or b.loading.status != "returned":
        return lacking(evidence, Circumstance(part="behaviour", code=CircumstanceCode.NOT_LOADED))
    seeds = seeds_of(runs.examples, entry_point, dialect)
    if not seeds:
        lack = Circumstance(part="behaviour", code=CircumstanceCode.NO_ARGUMENTS, name=entry_point.name)
        return lacking(evidence, lack)
    if wanted.behaviour:
        results = [value for example in runs.examples for value in _result_of(example, dialect)]
        evidence = _with_behaviour(
            evidence, run_behaviour(engine, entry_point, codes, seeds, results, wanted.seed, dialect)
        )
    if wanted.cost:
        run = run_cost(engine, entry_point, codes, seeds, wanted.seed, dialect)
        evidence = _with_cost(evidence, run, dialect)
    return evidence


def lacking(evidence: Evidence, *lacks: Circumstance) -> Evidence:
    """Return the evidence with more reasons why something is not available."""
    return evidence.model_copy(update={"circumstances": (*evidence.circumstances, *lacks)})


def _with_examples(evidence: Evidence, runs: ExampleRuns, a: JobResult, b: JobResult) -> Evidence:
    lacks = list(_needs(a, b))
    if runs.in_doubt:
        lack = Circumstance(part="examples", code=CircumstanceCode.EXAMPLES_IN_DOUBT, count=runs.in_doubt)
        lacks.append(lack)
    if not runs.examples:
        lacks.append(Circumstance(part="examples", code=CircumstanceCode.NO_EXAMPLES))
    sides = {"a": _with_example_run(evidence.a, runs.a, a), "b": _with_example_run(evidence.b, runs.b, b)}
    return lacking(evidence.model_copy(update={**sides, "engine": a.engine or None, "unsafe": a.unsafe}), *lacks)


def _needs(a: JobResult, b: JobResult) -> Iterator[Circumstance]:
    """Yield what the candidates need and the engine lacks: no fault of theirs."""
    outcomes = (outcome for result in (a, b) for outcome in (result.loading, *result.outcomes))
    for need in dict.fromkeys(filter(None, map(lacking_for, outcomes))):
        detail = f"It needs {need}, which the engine does not have."
        yield Circumstance(part="examples", code=CircumstanceCode.NOT_RUN, detail=detail)


def _with_example_run(candidate: CandidateEvidence, run: ExampleRun, result: JobResult) -> CandidateEvidence:
    loads = result.loading.status == "returned" or lacking_for(result.loading)
    failure = None if loads else observe(result.loading)
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


def _with_cost(evidence: Evidence, run: CostRun, dialect: Dialect) -> Evidence:
    telling = max(range(len(run.a)), key=lambda index: _work_done(run, index), default=None)
    if telling is None or not run.a[telling].work + run.b[telling].work:
        return lacking(evidence, Circumstance(part="cost", code=CircumstanceCode.NO_GROWING_INPUTS))
    return evidence.model_copy(
        update={
            "a": _with_series(evidence.a, run.a[telling]),
            "b": _with_series(evidence.b, run.b[telling]),
            "work_comparison": compare_work(run, dialect.clear_ratio),
        }
    )


def _with_series(candidate: CandidateEvidence, series: Series) -> CandidateEvidence:
    return candidate.model_copy(update={"work": series.work, "growth": fit_growth(series)})


def _result_of(example: WorkedExample, dialect: Dialect) -> list[Any]:
    """Return the result that an example shows, where it is a plain value."""
    if example.kind != "equals":
        return []
    try:
        return [dialect.evaluate(example.expected)]
    except ValueError:
        return []


def _work_done(run: CostRun, index: int) -> int:
    return sum(work.fuel for series in (run.a[index], run.b[index]) for work in series.work)
