"""How long a review takes: the last commits of a real repository, one after the other, with the default judge.

No model is asked: the judge is evidence, in both orders, by correctness, efficiency and security. The time of a
function is its own reading and judging; finding it (git, parsing both sides of a file) is in the time of a commit.

    PYTHONPATH=src python benchmarks/review_commits.py --repo PATH --commits 200

The results are recorded in benchmarks/review_commits.md.
"""

import argparse
import time
from collections import Counter
from pathlib import Path

import numpy

from codefavor.git.repository import open_repository
from codefavor.git.revisions import find_revisions
from codefavor.judges.both_orders import BothOrders
from codefavor.judges.load import load_judge
from codefavor.pairs.criterion import VERIFIABLE_ASPECTS, criterion_for
from codefavor.review.markdown import as_markdown
from codefavor.review.records import FunctionReview
from codefavor.review.review_changes import review_changes
from codefavor.review.sarif import as_sarif
from codefavor.review.text import as_text
from codefavor.sandbox.open_engine import open_engine


def main() -> None:
    """Review the commits and print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--repo", type=Path, required=True)
    arguments.add_argument("--commits", type=int, default=200)
    arguments.add_argument("--skip", type=int, default=0)
    given = arguments.parse_args()
    repository = open_repository(given.repo)
    limits = (f"--max-count={given.commits}", f"--skip={given.skip}")
    commits = repository.read("rev-list", *limits, "HEAD").split()
    criteria = [criterion_for(aspect) for aspect in VERIFIABLE_ASPECTS]
    functions: list[FunctionReview] = []
    a_function: list[float] = []
    not_judged: Counter[str] = Counter()
    with open_engine() as engine:
        for commit in commits:
            begun = time.perf_counter()
            found = review_changes(
                repository,
                find_revisions(repository, commit, staged=False),
                criteria,
                lambda evidence: BothOrders(load_judge("grounded", evidence=evidence)),
                engine,
            )
            spent = time.perf_counter() - begun
            for render in (as_text, as_sarif, as_markdown):
                render(found)
            functions += found.functions
            a_function += [spent / max(1, len(found.functions))] * len(found.functions)
            not_judged.update(each.reason.split(":")[0] for each in found.not_judged)
            for each in found.functions:
                if any(judged.outcome in ("worse", "better") for judged in each.judged) or each.seconds > 1:
                    told = [f"{j.criterion.aspect} {j.outcome}: {j.words[:160]}" for j in each.judged]
                    print(commit[:10], each.path, each.name, f"{each.seconds:.2f} s", *told, sep="\n    ")
    tell(commits, functions, a_function, not_judged)


def tell(commits: list[str], functions: list[FunctionReview], shared: list[float], not_judged: Counter[str]) -> None:
    """Print the figures."""
    print(f"{len(commits)} commits, {commits[-1][:10]} to {commits[0][:10]}, {len(functions)} functions")
    print("kinds:", dict(Counter(each.kind for each in functions)))
    print("answers:", dict(Counter(f"{j.criterion.aspect} {j.outcome}" for each in functions for j in each.judged)))
    print("new findings:", sum(len(each.new_findings) for each in functions))
    print("not judged:", dict(not_judged))
    run = sum(any(line.startswith("run: ") for j in each.judged for line in j.evidence) for each in functions)
    print(f"run: {run} functions")
    compared = [each.seconds for each in functions if each.judged]
    for name, seconds in (("judging, compared functions", compared), ("everything, share of its commit", shared)):
        p50, p95, most = numpy.percentile(seconds, [50, 95, 100])
        print(f"{name}: p50 {p50:.3f} s, p95 {p95:.3f} s, max {most:.3f} s")


if __name__ == "__main__":
    main()
