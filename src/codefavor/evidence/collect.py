"""Collects the evidence of one comparison: what can be told without running, then examples, behaviour, cost."""

from dataclasses import dataclass, field

from codefavor.evidence.behaviour import Behaviour, run_behaviour, seeds_of
from codefavor.evidence.candidate import ParsedCandidate
from codefavor.evidence.cost import CostRun, Series, fit_growth, run_cost
from codefavor.evidence.entry_point import EntryPoint, find_entry_point
from codefavor.evidence.examples import ExampleRun, ExampleRuns, run_examples
from codefavor.evidence.findings import find_in
from codefavor.evidence.literals import evaluate
from codefavor.evidence.prelude import prelude_of, with_prelude
from codefavor.evidence.static_checks import find_problems
from codefavor.evidence.work_comparison import balance
from codefavor.languages.python.parse import Unparsable
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.evidence import CandidateEvidence, Evidence, Missing
from codefavor.sandbox.job import Job, JobResult
from codefavor.sandbox.pool import Pool

LANGUAGE = "python"


@dataclass(frozen=True)
class Wanted:
    """Which kinds of evidence are worth their time."""

    examples: bool = True
    """Run both on the worked examples; without this, nothing is run at all."""
    behaviour: bool = True
    """Run both on generated inputs."""
    cost: bool = False
    """Count and time the work on growing inputs."""
    findings: bool = False
    """Ask the analysers."""
    seed: int = 0
    """The seed of every generated input."""


@dataclass
class Collected:
    """The evidence as far as it goes."""

    evidence: Evidence
    """What is known so far."""
    missing: list[Missing] = field(default_factory=list)
    """What could not be had so far."""


def wanted_for(aspect: Aspect | None, seed: int) -> Wanted:
    """Return the kinds of evidence that can decide an aspect; without one, correctness."""
    return Wanted(
        examples=aspect not in (Aspect.SECURITY, Aspect.HUMAN_PREFERENCE),
        behaviour=aspect in (Aspect.CORRECTNESS, None),
        cost=aspect is Aspect.EFFICIENCY,
        findings=aspect is Aspect.SECURITY,
        seed=seed,
    )


def collect(pool: Pool, comparison: Comparison, wanted: Wanted) -> Evidence:
    """Return all evidence of a comparison that is wanted and can be had."""
    candidates = (ParsedCandidate(comparison.code_a), ParsedCandidate(comparison.code_b))
    parsed = [not isinstance(candidate.tree, Unparsable) for candidate in candidates]
    if comparison.language.lower() != LANGUAGE:
        reason = f"Only Python is run; this is {comparison.language}."
        return _without_running(parsed, Missing(part="syntax", reason=reason))
    entry = find_entry_point(comparison.instruction, *candidates)
    prelude = prelude_of(comparison.instruction)
    problems = [find_problems(candidate, entry.name if entry else None, prelude) for candidate in candidates]
    ready = (with_prelude(prelude, comparison.code_a), with_prelude(prelude, comparison.code_b))
    a = CandidateEvidence(parses=parsed[0], problems=problems[0])
    b = CandidateEvidence(parses=parsed[1], problems=problems[1])
    collected = Collected(Evidence(a=a, b=b, entry=entry.name if entry else None))
    if wanted.findings:
        _add_findings(collected, candidates)
    if not wanted.examples:
        pass
    elif entry is None:
        collected.missing.append(Missing(part="examples", reason="No function to call is known to both candidates."))
    else:
        _run(pool, comparison, entry, ready, wanted, collected)
    return collected.evidence.model_copy(update={"missing": tuple(collected.missing)})


def _without_running(parsed: list[bool], missing: Missing) -> Evidence:
    a, b = (CandidateEvidence(parses=parses) for parses in parsed)
    return Evidence(a=a, b=b, missing=(missing,))


def _run(
    pool: Pool, comparison: Comparison, entry: EntryPoint, codes: tuple[str, str], wanted: Wanted, collected: Collected
) -> None:
    runs = run_examples(pool, comparison.instruction, entry, codes)
    results = runs.results if runs.examples else _load(pool, codes)
    _add_examples(collected, runs, results)
    if not runs.examples:
        collected.missing.append(Missing(part="examples", reason="The instruction shows no worked example."))
    if any(result.loading.status != "returned" for result in results):
        collected.missing.append(Missing(part="behaviour", reason="A candidate cannot be loaded."))
        return
    seeds = seeds_of(runs.examples, entry)
    if not seeds:
        collected.missing.append(Missing(part="behaviour", reason=f"{entry.name} takes no arguments to vary."))
        return
    if wanted.behaviour:
        shown = [evaluate(example.expected) for example in runs.examples if _is_shown(example.kind, example.expected)]
        _add_behaviour(collected, run_behaviour(pool, entry, codes, seeds, shown, wanted.seed))
    if wanted.cost:
        _add_cost(collected, run_cost(pool, entry, codes, seeds, wanted.seed))


def _add_findings(collected: Collected, candidates: tuple[ParsedCandidate, ParsedCandidate]) -> None:
    a, b = (find_in(candidate) for candidate in candidates)
    evidence = collected.evidence
    collected.evidence = evidence.model_copy(
        update={
            "a": evidence.a.model_copy(update={"findings": a.findings}),
            "b": evidence.b.model_copy(update={"findings": b.findings}),
        }
    )


def _load(pool: Pool, codes: tuple[str, str]) -> tuple[JobResult, JobResult]:
    result_a, result_b = pool.run([Job(code) for code in codes])
    return result_a, result_b


def _is_shown(kind: str, expected: str) -> bool:
    if kind != "equals":
        return False
    try:
        evaluate(expected)
    except ValueError:
        return False
    return True


def _add_examples(collected: Collected, runs: ExampleRuns, results: tuple[JobResult, JobResult]) -> None:
    evidence = collected.evidence
    collected.evidence = evidence.model_copy(
        update={
            "a": _with_examples(evidence.a, runs.a, results[0]),
            "b": _with_examples(evidence.b, runs.b, results[1]),
            "unsafe": results[0].unsafe,
        }
    )
    if runs.distrusted:
        reason = f"{runs.distrusted} examples fail with both candidates and do not count."
        collected.missing.append(Missing(part="examples", reason=reason))


def _with_examples(candidate: CandidateEvidence, run: ExampleRun, result: JobResult) -> CandidateEvidence:
    loading = result.loading
    error = None if loading.status == "returned" else str(loading.raised or loading.status)
    return candidate.model_copy(
        update={"examples_passed": run.passed, "examples_failed": run.failed, "load_error": error}
    )


def _add_behaviour(collected: Collected, behaviour: Behaviour) -> None:
    evidence = collected.evidence
    collected.evidence = evidence.model_copy(
        update={
            "a": evidence.a.model_copy(update={"incidents": behaviour.a}),
            "b": evidence.b.model_copy(update={"incidents": behaviour.b}),
            "inputs": behaviour.inputs,
            "disagreements": behaviour.disagreements,
            "differences": behaviour.differences,
        }
    )


def _add_cost(collected: Collected, run: CostRun) -> None:
    telling = max(range(len(run.a)), key=lambda index: _work_done(run, index), default=None)
    if telling is None or not run.a[telling].work + run.b[telling].work:
        collected.missing.append(Missing(part="cost", reason="No growing inputs could be run."))
        return
    evidence = collected.evidence
    collected.evidence = evidence.model_copy(
        update={
            "a": _with_cost(evidence.a, run.a[telling]),
            "b": _with_cost(evidence.b, run.b[telling]),
            "balance": balance(run),
        }
    )


def _work_done(run: CostRun, index: int) -> int:
    return sum(work.counted or 0 for series in (run.a[index], run.b[index]) for work in series.work)


def _with_cost(candidate: CandidateEvidence, series: Series) -> CandidateEvidence:
    return candidate.model_copy(update={"work": series.work, "growth": fit_growth(series)})
