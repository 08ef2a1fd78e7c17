"""Makes the labelled pairs on which the grounded judge that codefavor ships with was fitted. None is of the benchmark.

Correctness: MBPP problems outside the benchmark, their solution against Regress-Evol mutants that fail the problem's
tests in the sandbox; the instruction shows one of those tests. Efficiency: the same problems against the mutants of the
efficiency operators that pass the tests. Security: pairs of Regress-Evol, given as a file. Labels come from tests and
operators, never from the evidence that is weighed.

    PYTHONPATH=src python benchmarks/development_pairs.py --mbpp mbpp-outside-benchmark.jsonl.gz \
        --security demo/pairs/pairs.jsonl --out /tmp/development.jsonl
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

from codefavor.evolve.regress_evol.catalogue import choose_operators
from codefavor.evolve.regress_evol.evolver import RegressEvol
from codefavor.evolve.seeds import GoodFunction
from codefavor.jsonl import read_records, read_rows, write_records
from codefavor.languages.python.functions import extract_functions
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.pair import PreferencePair, Provenance
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.job import Job, SandboxCall
from codefavor.sandbox.open_engine import open_engine

MOST_OF_ONE = 2
"""Pairs of one problem and aspect."""


def main() -> None:
    """Make the pairs and write them."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--mbpp", type=Path, required=True)
    arguments.add_argument("--security", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--each", type=int, default=200)
    given = arguments.parse_args()
    rng = Random(0)
    problems = [row for _, row in read_rows(given.mbpp)]
    rng.shuffle(problems)
    secure = [pair for pair in read_records(given.security, PreferencePair) if pair.criterion.aspect is Aspect.SECURITY]
    pairs = rng.sample(secure, min(given.each, len(secure)))
    with open_engine() as engine:
        for aspect in (Aspect.CORRECTNESS, Aspect.EFFICIENCY):
            pairs += take(engine, problems, aspect, given.each)
    print(write_records(given.out, pairs))


def take(engine: Engine, problems: Sequence[dict[str, Any]], aspect: Aspect, count: int) -> list[PreferencePair]:
    """Return about `count` pairs of an aspect."""
    found: list[PreferencePair] = []
    for problem in problems:
        if len(found) < count:
            found += tested(engine, problem, aspect)
    return found


def tested(engine: Engine, problem: dict[str, Any], aspect: Aspect) -> list[PreferencePair]:
    """Return the mutants of one solution that fail its tests (correctness) or pass them (efficiency)."""
    pairs = list(mutants(problem, aspect))
    if not pairs:
        return []
    calls = (SandboxCall("\n".join(problem["test_list"]) + "\nTrue", budget=5_000_000),)
    codes = [f"{problem['test_setup_code']}\n{code}" for code in (pairs[0].chosen, *(pair.rejected for pair in pairs))]
    passed = [result.outcomes[0].status == "returned" for result in engine.run([Job(code, calls) for code in codes])]
    wanted = aspect is Aspect.EFFICIENCY
    return [p for p, fine in zip(pairs, passed[1:], strict=True) if fine is wanted][:MOST_OF_ONE] if passed[0] else []


def mutants(problem: dict[str, Any], aspect: Aspect) -> Iterator[PreferencePair]:
    """Yield what the operators of an aspect make of a solution that is one function."""
    functions = extract_functions(problem["code"].replace("\r\n", "\n"))
    if not isinstance(functions, tuple) or len(functions) != 1 or functions[0].free_names:
        return
    source_id = str(problem["task_id"])
    good = GoodFunction(function=functions[0], source="mbpp", source_id=source_id, license="CC-BY-4.0")
    instruction = f"{problem['text']}\n{problem['test_list'][0]}"
    evolver = RegressEvol(choose_operators(aspects=[aspect]), rng_seed=int(source_id), pairs_per_aspect=4)
    for made in evolver.evolve(good):
        if isinstance(made, PreferencePair):
            provenance = Provenance(
                method=f"mbpp-mutant/{aspect}", source="mbpp", source_id=source_id, license="CC-BY-4.0"
            )
            update = {"instruction": instruction, "criterion": criterion_for(aspect), "provenance": provenance}
            yield made.model_copy(update=update)


if __name__ == "__main__":
    main()
