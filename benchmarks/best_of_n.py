"""Best of N on real problems: how often the candidate that `codefavor rank` names is right.

    PYTHONPATH=src python benchmarks/best_of_n.py --data mbpp-outside-benchmark.jsonl.gz --problems 100 --out FOLDER

A problem is one of MBPP; its candidates are the solution and up to `--candidates` - 1 Regress-Evol mutants of it, in an
order drawn for each problem. The instruction shows the first test as an example; right is what passes all tests, in the
sandbox. Judges see instruction and codes. Where the best are level, what is right counts as its share among them. A
random pick is right as often as candidates are; the best possible pick always, since the solution is among them.

The results are recorded in benchmarks/best_of_n.md.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from random import Random

import numpy as np
from own_benchmark_inputs import mutants

from codefavor.bench.build.problems import read_problems
from codefavor.bench.build.testing import run_tests
from codefavor.jsonl import read_records, write_rows
from codefavor.pairs.criterion import Aspect
from codefavor.ranking.best_of_n import RANKINGS_FILE
from codefavor.ranking.ranking import Ranking
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.open_engine import open_engine

JUDGES = ("grounded", "evidence", "shorter", "longer", "first")
_FEWEST = 3


def sample(data: Path, problems: int, candidates: int, engine: Engine, out: Path) -> dict[str, list[bool]]:
    """Write the candidates of the first problems that have enough, and return which of them are right."""
    right: dict[str, list[bool]] = {}
    rows = []
    for problem in read_problems(data, "CC-BY-4.0").values():
        codes = [problem.solutions[0], *dict.fromkeys(each.code for each in mutants(problem, Aspect.CORRECTNESS))]
        codes = codes[:candidates]
        if len(codes) < _FEWEST:
            continue
        Random(problem.id).shuffle(codes)
        passed = [each == "passed" for each in run_tests(engine, problem, codes)]
        if not any(passed):
            continue
        right[problem.id] = passed
        shown = f"{problem.instruction}\n\nFor example:\n{problem.tests[0]}"
        rows.append({"id": problem.id, "instruction": shown, "candidates": codes, "criterion": "correctness"})
        if len(right) == problems:
            break
    write_rows(out / "samples.jsonl", rows)
    return right


def share_right(ranking: Ranking, right: list[bool]) -> float:
    """Return how likely the pick is right: the winner, or one of those that are level at the top."""
    if ranking.winner is not None:
        return float(right[ranking.winner])
    return float(np.mean([right[each.candidate] for each in ranking.ranked if each.rank == 1]))


def main() -> None:
    """Sample, rank with every judge, print the table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--problems", type=int, default=100)
    arguments.add_argument("--candidates", type=int, default=7)
    arguments.add_argument("--out", type=Path, required=True)
    arguments.add_argument("--judge", action="append", choices=JUDGES)
    given = arguments.parse_args()
    with open_engine() as engine:
        right = sample(given.data, given.problems, given.candidates, engine, given.out)
    sizes = [len(each) for each in right.values()]
    by_chance = [float(np.mean(each)) for each in right.values()]
    print(f"{len(right)} problems, {sum(sizes)} candidates; a random pick is right in {100 * np.mean(by_chance):.1f}%")
    for judge in given.judge or JUDGES:
        folder = given.out / judge
        command = ["rank", "--samples", str(given.out / "samples.jsonl"), "--judge", judge, "--out", str(folder)]
        subprocess.run([sys.executable, "-m", "codefavor", *command], check=True, stdout=subprocess.DEVNULL)
        rankings = list(read_records(folder / RANKINGS_FILE, Ranking))
        picked = np.array([share_right(each, right[each.id]) for each in rankings])
        named = np.array([each.winner is not None for each in rankings])
        asked = sum(each.judgements for each in rankings), sum(each.of for each in rankings)
        spent = sum(each.cost.seconds for each in rankings if each.cost)
        error = picked.std() / np.sqrt(len(picked))
        print(
            f"| {judge} | {100 * picked.mean():.1f} ± {100 * error:.1f} | {named.sum()} | "
            f"{100 * picked[named].mean() if named.any() else 0:.1f} | {asked[0]} of {asked[1]} | {spent:.0f} |"
        )


if __name__ == "__main__":
    main()
