"""Runs the worked examples of an instruction on both candidates and says what each passes and fails."""

from dataclasses import dataclass
from typing import Any

from codefavor.evidence.dialect import Dialect
from codefavor.evidence.entry_point import EntryPoint
from codefavor.evidence.example import WorkedExample
from codefavor.evidence.expected import passes
from codefavor.evidence.observed import observe, shorten
from codefavor.evidence.python_dialect import PYTHON
from codefavor.pairs.evidence import FailedExample
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.job import CallOutcome, Job, JobResult, SandboxCall
from codefavor.sandbox.lacking import lacking_for

BUDGET = 1_000_000_000
"""Fuel of a call."""
_UNKNOWN = object()


@dataclass(frozen=True)
class ExampleRun:
    """What came of the examples with one candidate."""

    passed: int
    """How many it passes, of those that count."""
    failed: tuple[FailedExample, ...]
    """Those it fails."""


@dataclass(frozen=True)
class ExampleRuns:
    """What came of the examples with both candidates."""

    examples: tuple[WorkedExample, ...]
    """All that were found."""
    a: ExampleRun
    """With candidate A."""
    b: ExampleRun
    """With candidate B."""
    in_doubt: int
    """How many both fail: these were misread, or are wrong in the instruction, and do not count."""
    results: tuple[JobResult, JobResult]
    """The raw results."""


def run_examples(
    engine: Engine, instruction: str, entry_point: EntryPoint, codes: tuple[str, str], dialect: Dialect = PYTHON
) -> ExampleRuns:
    """Find the examples and run them on both candidates, each in processes of its own."""
    examples = tuple(dialect.find_examples(instruction, entry_point))
    calls = tuple(SandboxCall(example.call, budget=BUDGET) for example in examples)
    result_a, result_b = engine.run([Job(code, calls, dialect.language) for code in codes])
    expected = _expected_values(engine, examples, dialect)
    verdicts_a = _verdicts(engine, examples, result_a, expected, dialect)
    verdicts_b = _verdicts(engine, examples, result_b, expected, dialect)
    counted = [
        index
        for index, (a, b) in enumerate(zip(verdicts_a, verdicts_b, strict=True))
        if a is not None and b is not None and (a or b)
    ]
    return ExampleRuns(
        examples=examples,
        a=_run(examples, result_a, verdicts_a, counted, dialect),
        b=_run(examples, result_b, verdicts_b, counted, dialect),
        in_doubt=sum(a is False and b is False for a, b in zip(verdicts_a, verdicts_b, strict=True)),
        results=(result_a, result_b),
    )


def _run(
    examples: tuple[WorkedExample, ...],
    result: JobResult,
    verdicts: list[bool | None],
    counted: list[int],
    dialect: Dialect,
) -> ExampleRun:
    failed = tuple(
        FailedExample(
            call=shorten(examples[index].call),
            expected=shorten(examples[index].expected),
            got=observe(result.outcomes[index], dialect.write),
        )
        for index in counted
        if not verdicts[index]
    )
    return ExampleRun(len(counted) - len(failed), failed)


def _expected_values(engine: Engine, examples: tuple[WorkedExample, ...], dialect: Dialect) -> list[Any]:
    """Return the expected values; what is no literal is worked out in a process without any candidate."""
    values: list[Any] = [_literal(example, dialect) for example in examples]
    unknown = [index for index, value in enumerate(values) if value is _UNKNOWN and examples[index].kind == "equals"]
    if unknown:
        outcomes = _clean(engine, [examples[index].expected for index in unknown], dialect)
        for index, outcome in zip(unknown, outcomes, strict=True):
            if outcome.status == "returned":
                values[index] = outcome.value
    return values


def _literal(example: WorkedExample, dialect: Dialect) -> Any:
    if example.kind != "equals":
        return None
    try:
        return dialect.evaluate(example.expected)
    except ValueError:
        return _UNKNOWN


def _clean(engine: Engine, sources: list[str], dialect: Dialect) -> tuple[CallOutcome, ...]:
    calls = tuple(SandboxCall(source, budget=BUDGET) for source in sources)
    return engine.run_one(Job(dialect.library, calls, dialect.language)).outcomes


def _verdicts(
    engine: Engine, examples: tuple[WorkedExample, ...], result: JobResult, expected: list[Any], dialect: Dialect
) -> list[bool | None]:
    verdicts: list[bool | None] = []
    conditions: dict[int, str] = {}
    for index, (example, outcome) in enumerate(zip(examples, result.outcomes, strict=True)):
        if lacking_for(result.loading) or lacking_for(outcome) or expected[index] is _UNKNOWN:
            verdicts.append(None)
        elif result.loading.status != "returned":
            verdicts.append(False)
        elif example.kind == "holds" and outcome.status == "returned":
            verdicts.append(None)
            if dialect.is_plain(outcome.value):
                value = dialect.write(outcome.value)
                conditions[index] = dialect.condition.format(value=value, condition=example.expected)
        else:
            verdicts.append(passes(example, outcome, expected[index], dialect))
    if conditions:
        for index, held in zip(conditions, _clean(engine, list(conditions.values()), dialect), strict=True):
            verdicts[index] = bool(held.value) if held.status == "returned" else None
    return verdicts
