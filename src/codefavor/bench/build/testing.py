"""Runs samples on the tests of their problem, in the sandbox, and says which are right.

What `f(x) == value` compares is compared on the trusted side; other statements run beside the candidate.
"""

import ast
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from codefavor.bench.build.problems import Problem
from codefavor.evidence.expected import same
from codefavor.evidence.literals import evaluate
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.job import CallOutcome, Job, JobResult, SandboxCall

BUDGET = 1_000_000_000
"""Fuel of one test; work without end is stopped here."""
MAX_CASES = 20
"""Standard inputs a program is tried on, from the first."""

Tested = Literal["passed", "failed", "not loaded"]


class _Test(NamedTuple):
    source: str
    """What is run."""
    expected: Any
    """The value that it must give, where `compares`."""
    compares: bool


def run_tests(engine: Engine, problem: Problem, codes: Sequence[str]) -> list[Tested]:
    """Return for every code whether it passes all tests; "not loaded" is code that does not even load."""
    if problem.cases:
        return [_run_program(engine, problem, code) for code in codes]
    tests = [_read(test) for test in problem.tests]
    calls = tuple(SandboxCall(test.source, budget=BUDGET) for test in tests)
    results = engine.run([Job(answer(problem, code), calls, growing=True) for code in codes])
    return [_judge(result, tests) for result in results]


def answer(problem: Problem, code: str) -> str:
    """Return the code as it is run."""
    return f"{problem.setup}\n{code}" if problem.setup else code


def _read(test: str) -> _Test:
    try:
        (statement,) = ast.parse(test).body
        if isinstance(statement, ast.Assert) and isinstance(compared := statement.test, ast.Compare):
            if len(compared.ops) == 1 and isinstance(compared.ops[0], ast.Eq):
                expected = evaluate(ast.unparse(compared.comparators[0]))
                return _Test(ast.unparse(compared.left), expected, compares=True)
    except (SyntaxError, ValueError):
        pass
    return _Test(f"{test}\nTrue", True, compares=False)


def _judge(result: JobResult, tests: Sequence[_Test]) -> Tested:
    if result.loading.status != "returned":
        return "not loaded"
    fine = all(_passes(test, outcome) for test, outcome in zip(tests, result.outcomes, strict=True))
    return "passed" if fine else "failed"


def _passes(test: _Test, outcome: CallOutcome) -> bool:
    return outcome.status == "returned" and (not test.compares or same(test.expected, outcome.value))


def _run_program(engine: Engine, problem: Problem, code: str) -> Tested:
    for case in problem.cases[:MAX_CASES]:
        result = engine.run_one(Job(answer(problem, code), program=True, stdin=case.stdin))
        if result.ended != "finished" or _lines_of(result.stdout) != _lines_of(case.stdout):
            return "failed" if _loads(code) else "not loaded"
    return "passed"


def _lines_of(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().splitlines()]


def _loads(code: str) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
