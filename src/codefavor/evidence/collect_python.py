"""Collects the evidence of two Python candidates: what reading them shows, then examples, behaviour, cost."""

from typing import Any

from codefavor.evidence.behaviour import run_behaviour, seeds_of
from codefavor.evidence.candidate import ParsedCandidate
from codefavor.evidence.cost import CostRun, fit_growth, run_cost
from codefavor.evidence.entry_point import EntryPoint, find_entry_point
from codefavor.evidence.example import WorkedExample
from codefavor.evidence.examples import ExampleRuns, run_examples
from codefavor.evidence.findings import find_in
from codefavor.evidence.literals import evaluate
from codefavor.evidence.observed import observe
from codefavor.evidence.prelude import prelude_of, with_prelude
from codefavor.evidence.relations import Arguments
from codefavor.evidence.static_checks import check_statically
from codefavor.evidence.wanted import Wanted
from codefavor.evidence.work_comparison import compare_work
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.evidence import CandidateEvidence, Circumstance, CircumstanceCode, Evidence, EvidencePart
from codefavor.sandbox.job import Job, JobResult
from codefavor.sandbox.pool import Pool


def collect_python(pool: Pool, comparison: Comparison, wanted: Wanted) -> Evidence:
    """Return all evidence of a comparison of Python candidates that is wanted and available."""
    return _Collection(pool, comparison, wanted).collect()


class _Collection:
    """The evidence of one comparison as far as it goes."""

    def __init__(self, pool: Pool, comparison: Comparison, wanted: Wanted) -> None:
        self._pool = pool
        self._instruction = comparison.instruction
        self._wanted = wanted
        self._a, self._b = ParsedCandidate(comparison.code_a), ParsedCandidate(comparison.code_b)
        self._entry_point = find_entry_point(comparison.instruction, self._a, self._b)
        self._prelude = prelude_of(comparison.instruction)
        self._codes = (with_prelude(self._prelude, self._a.code), with_prelude(self._prelude, self._b.code))
        self._of_a: dict[str, Any] = {}
        self._of_b: dict[str, Any] = {}
        self._of_both: dict[str, Any] = {}
        self._circumstances: list[Circumstance] = []

    def collect(self) -> Evidence:
        """Return the evidence."""
        name = self._entry_point.name if self._entry_point else None
        self._note("facts", *(check_statically(candidate, name, self._prelude) for candidate in (self._a, self._b)))
        if self._wanted.findings:
            self._note("findings", find_in(self._a).findings, find_in(self._b).findings)
        if self._wanted.examples:
            self._run()
        return Evidence(
            a=CandidateEvidence(**self._of_a),
            b=CandidateEvidence(**self._of_b),
            entry_point=name,
            circumstances=tuple(self._circumstances),
            **self._of_both,
        )

    def _note(self, field: str, a: object, b: object) -> None:
        self._of_a[field], self._of_b[field] = a, b

    def _lack(self, part: EvidencePart, code: CircumstanceCode, **witness: Any) -> None:
        self._circumstances.append(Circumstance(part=part, code=code, **witness))

    def _run(self) -> None:
        entry_point = self._entry_point
        if entry_point is None:
            self._lack("examples", CircumstanceCode.NO_ENTRY_POINT)
            return
        runs = run_examples(self._pool, self._instruction, entry_point, self._codes)
        a, b = runs.results if runs.examples else self._pool.run([Job(code) for code in self._codes])
        self._note_examples(runs, a, b)
        if a.loading.status != "returned" or b.loading.status != "returned":
            self._lack("behaviour", CircumstanceCode.NOT_LOADED)
            return
        seeds = seeds_of(runs.examples, entry_point)
        if not seeds:
            self._lack("behaviour", CircumstanceCode.NO_ARGUMENTS, name=entry_point.name)
            return
        if self._wanted.behaviour:
            self._run_behaviour(entry_point, seeds, runs.examples)
        if self._wanted.cost:
            self._note_cost(run_cost(self._pool, entry_point, self._codes, seeds, self._wanted.seed))

    def _note_examples(self, runs: ExampleRuns, a: JobResult, b: JobResult) -> None:
        self._note("examples_passed", runs.a.passed, runs.b.passed)
        self._note("examples_failed", runs.a.failed, runs.b.failed)
        failures = (None if run.loading.status == "returned" else observe(run.loading) for run in (a, b))
        self._note("load_failure", *failures)
        self._of_both["unsafe"] = a.unsafe
        if runs.in_doubt:
            self._lack("examples", CircumstanceCode.EXAMPLES_IN_DOUBT, count=runs.in_doubt)
        if not runs.examples:
            self._lack("examples", CircumstanceCode.NO_EXAMPLES)

    def _run_behaviour(
        self, entry_point: EntryPoint, seeds: list[Arguments], examples: tuple[WorkedExample, ...]
    ) -> None:
        results = [value for example in examples for value in _shown_result(example)]
        behaviour = run_behaviour(self._pool, entry_point, self._codes, seeds, results, self._wanted.seed)
        self._note("incidents", behaviour.a, behaviour.b)
        self._of_both |= {
            "inputs": behaviour.inputs,
            "disagreements": behaviour.disagreements,
            "differences": behaviour.differences,
        }

    def _note_cost(self, run: CostRun) -> None:
        telling = max(range(len(run.a)), key=lambda index: _work_done(run, index), default=None)
        if telling is None or not run.a[telling].work + run.b[telling].work:
            self._lack("cost", CircumstanceCode.NO_GROWING_INPUTS)
            return
        a, b = run.a[telling], run.b[telling]
        self._note("work", a.work, b.work)
        self._note("growth", fit_growth(a), fit_growth(b))
        self._of_both["work_comparison"] = compare_work(run)


def _shown_result(example: WorkedExample) -> list[Any]:
    """Return the result that an example shows, where it is a plain value."""
    if example.kind != "equals":
        return []
    try:
        return [evaluate(example.expected)]
    except ValueError:
        return []


def _work_done(run: CostRun, index: int) -> int:
    return sum(work.counted or 0 for series in (run.a[index], run.b[index]) for work in series.work)
