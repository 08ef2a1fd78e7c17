"""Runs the worked examples of an instruction on both candidates and says what each passes and fails."""

from dataclasses import dataclass
from typing import Any

from codefavor.evidence.entry_point import EntryPoint
from codefavor.evidence.example import WorkedExample
from codefavor.evidence.expected import passes
from codefavor.evidence.literals import evaluate
from codefavor.evidence.observed import observe, shorten
from codefavor.evidence.worked_examples import find_examples
from codefavor.pairs.evidence import FailedExample
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.inside.values import Kept, Opaque
from codefavor.sandbox.job import CallOutcome, Job, JobResult, SandboxCall

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


def run_examples(engine: Engine, instruction: str, entry_point: EntryPoint, codes: tuple[str, str]) -> ExampleRuns:
    """Find the examples and run them on both candidates, each in processes of its own."""
    examples = tuple(find_examples(instruction, entry_point))
    calls = tuple(SandboxCall(example.call, budget=BUDGET) for example in examples)
    result_a, result_b = engine.run([Job(code, calls) for code in codes])
    expected = _expected_values(engine, examples)
    verdicts_a = _verdicts(engine, examples, result_a, expected)
    verdicts_b = _verdicts(engine, examples, result_b, expected)
    counted = [
        index
        for index, (a, b) in enumerate(zip(verdicts_a, verdicts_b, strict=True))
        if a is not None and b is not None and (a or b)
    ]
    return ExampleRuns(
        examples=examples,
        a=_run(examples, result_a, verdicts_a, counted),
        b=_run(examples, result_b, verdicts_b, counted),
        in_doubt=sum(a is False and b is False for a, b in zip(verdicts_a, verdicts_b, strict=True)),
        results=(result_a, result_b),
    )


def _run(
    examples: tuple[WorkedExample, ...], result: JobResult, verdicts: list[bool | None], counted: list[int]
) -> ExampleRun:
    failed = tuple(
        FailedExample(
            call=shorten(examples[index].call),
            expected=shorten(examples[index].expected),
            got=observe(result.outcomes[index]),
        )
        for index in counted
        if not verdicts[index]
    )
    return ExampleRun(len(counted) - len(failed), failed)


def _expected_values(engine: Engine, examples: tuple[WorkedExample, ...]) -> list[Any]:
    """Return the expected values; what is no literal is worked out in a process without any candidate."""
    values: list[Any] = [_literal(example) for example in examples]
    unknown = [index for index, value in enumerate(values) if value is _UNKNOWN and examples[index].kind == "equals"]
    if unknown:
        outcomes = _clean(engine, [examples[index].expected for index in unknown])
        for index, outcome in zip(unknown, outcomes, strict=True):
            if outcome.status == "returned":
                values[index] = outcome.value
    return values


def _literal(example: WorkedExample) -> Any:
    if example.kind != "equals":
        return None
    try:
        return evaluate(example.expected)
    except ValueError:
        return _UNKNOWN


def _clean(engine: Engine, sources: list[str]) -> tuple[CallOutcome, ...]:
    imports = "import math, re, itertools, collections, datetime\nfrom math import *\nfrom collections import *\n"
    return engine.run_one(Job(imports, tuple(SandboxCall(source, budget=BUDGET) for source in sources))).outcomes


def _verdicts(
    engine: Engine, examples: tuple[WorkedExample, ...], result: JobResult, expected: list[Any]
) -> list[bool | None]:
    verdicts: list[bool | None] = []
    conditions: dict[int, str] = {}
    for index, (example, outcome) in enumerate(zip(examples, result.outcomes, strict=True)):
        if result.loading.status != "returned":
            verdicts.append(False)
        elif expected[index] is _UNKNOWN:
            verdicts.append(None)
        elif example.kind == "holds" and outcome.status == "returned":
            verdicts.append(None)
            if is_plain(outcome.value):
                conditions[index] = f"_ = {outcome.value!r}\n{example.expected}"
        else:
            verdicts.append(passes(example, outcome, expected[index]))
    if conditions:
        for index, held in zip(conditions, _clean(engine, list(conditions.values())), strict=True):
            verdicts[index] = bool(held.value) if held.status == "returned" else None
    return verdicts


def is_plain(value: Any) -> bool:
    """Return whether a decoded value's text is source that makes it again."""
    if isinstance(value, Opaque | Kept):
        return False
    if isinstance(value, list | tuple | set | frozenset):
        return all(is_plain(item) for item in value)
    if isinstance(value, dict):
        return all(is_plain(key) and is_plain(item) for key, item in value.items())
    return not (isinstance(value, float) and value != value)
