"""How many judgements ranking needs, against the full round-robin in both orders, on simulated noisy judges.

A set is 16 candidates with strengths drawn from a normal distribution (standard deviation `--scale`, in logits) and a
judge that answers by the Bradley-Terry model: the candidate shown first wins with probability sigmoid(its strength -
the other's + bias), the bias being drawn for each set from a normal distribution (`--bias`). An ordered pair is
answered once and for all, as a judge without chance would. With `--soft NOISE` the judge states a probability instead:
the sigmoid of that logit plus normal noise. The same answers are given to both: the full round-robin asks all 240, its
winners are the candidates with the most points; ranking asks until it stops. "Same winner" counts a winner that is
among those; where several have the most points, which hard answers allow, "same, alone" counts one part in so many.

    PYTHONPATH=src python benchmarks/rank_simulation.py --sets 1000 --scale 2

The result is recorded in benchmarks/rank_simulation.md.
"""

import argparse
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import GENERAL_CRITERION
from codefavor.pairs.verdict import Verdict
from codefavor.ranking.candidate_set import CandidateSet
from codefavor.ranking.ranking import Ranking, RankSettings, default_judgements
from codefavor.ranking.tournament import rank_many


class Simulated(NamedTuple):
    """Sets with every answer that their judge would give."""

    strengths: NDArray[np.float64]
    """Shape (sets, candidates)."""
    first: NDArray[np.float64]
    """Shape (sets, candidates, candidates): how far the row, shown first, wins."""


class SimulatedJudge:
    """Answers as was drawn; it knows set and candidates by the numbers that stand for instruction and code."""

    name = "simulated"

    def __init__(self, simulated: Simulated) -> None:
        self._first = simulated.first
        self.asked: set[tuple[str, str, str]] = set()

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison; the same one is never asked twice."""
        return [self._judge(comparison) for comparison in comparisons]

    def _judge(self, shown: Comparison) -> Verdict:
        key = (shown.instruction, shown.code_a, shown.code_b)
        if key in self.asked:
            raise AssertionError(f"asked twice: {key}")
        self.asked.add(key)
        won = float(self._first[int(shown.instruction), int(shown.code_a), int(shown.code_b)])
        probability = None if won in (0.0, 1.0) else won
        return Verdict(comparison="", judge=self.name, choice="A" if won > 0.5 else "B", prob_a=probability)


def simulate(sets: int, candidates: int, scale: float, bias: float, soft: float | None, seed: int) -> Simulated:
    """Draw sets of candidates and all answers on them."""
    rng = np.random.default_rng(seed)
    strengths = rng.normal(0, scale, (sets, candidates))
    leaning = rng.normal(0, bias, (sets, 1, 1))
    logits = strengths[:, :, None] - strengths[:, None, :] + leaning
    if soft is None:
        return Simulated(strengths, (rng.random(logits.shape) < expit(logits)).astype(float))
    return Simulated(strengths, expit(logits + rng.normal(0, soft, logits.shape)))


class Figures(NamedTuple):
    """What came of it, as shares of sets where nothing else is said."""

    asked: float
    """The mean share of the full round-robin's judgements that were asked."""
    most: float
    """The same of the set that took most."""
    same: float
    """The winner is one of the full round-robin's."""
    same_alone: float
    """The same, where k candidates share the most points counted as 1/k."""
    certain: float
    """Stopped for being certain."""
    error: float
    """Of those: the winner is none of the full round-robin's."""
    true_best: float
    """The winner has the greatest strength."""
    full_true_best: float
    """The full round-robin's winner has (1/k where k share the most points)."""


def measure(simulated: Simulated, settings: RankSettings) -> Figures:
    """Rank every set and compare with its full round-robin."""
    sets, count = simulated.strengths.shape
    codes = tuple(map(str, range(count)))
    tasks = [
        CandidateSet(id=str(each), instruction=str(each), criterion=GENERAL_CRITERION, candidates=codes)
        for each in range(sets)
    ]
    rankings: dict[int, Ranking] = {}
    for outcome in rank_many(SimulatedJudge(simulated), enumerate(tasks), settings, at_once=sets):
        rankings[outcome.ranking.index] = outcome.ranking
    played = simulated.first.copy()
    played[:, np.arange(count), np.arange(count)] = 0
    points = played.sum(axis=2) - played.sum(axis=1)
    winners = points >= points.max(axis=1, keepdims=True) - 1e-9
    shared = winners / winners.sum(axis=1, keepdims=True)
    every = np.arange(sets)
    in_order = [rankings[each] for each in range(sets)]
    chosen = np.array([ranking.ranked[0].candidate for ranking in in_order])
    asked = np.array([ranking.judgements / ranking.of for ranking in in_order])
    certain = np.array([ranking.stopped == "certain" for ranking in in_order])
    best = simulated.strengths.argmax(axis=1)
    same = winners[every, chosen]
    return Figures(
        asked=asked.mean(),
        most=asked.max(),
        same=same.mean(),
        same_alone=shared[every, chosen].mean(),
        certain=certain.mean(),
        error=float((~same[certain]).mean()) if certain.any() else 0.0,
        true_best=(chosen == best).mean(),
        full_true_best=shared[every, best].mean(),
    )


def main() -> None:
    """Simulate, rank, print the figures as one row of a table."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sets", type=int, default=1000)
    arguments.add_argument("--candidates", type=int, default=16)
    arguments.add_argument("--scale", type=float, default=2.0)
    arguments.add_argument("--bias", type=float, default=0.5)
    arguments.add_argument("--soft", type=float, default=None)
    arguments.add_argument("--delta", type=float, default=RankSettings().delta)
    arguments.add_argument("--budget", type=int, default=None)
    arguments.add_argument("--seed", type=int, default=0)
    given = arguments.parse_args()
    simulated = simulate(given.sets, given.candidates, given.scale, given.bias, given.soft, given.seed)
    settings = RankSettings(delta=given.delta, max_judgements=given.budget, seed=given.seed)
    figures = measure(simulated, settings)
    noise = "hard" if given.soft is None else f"soft {given.soft:g}"
    budget = str(given.budget or default_judgements(given.candidates))
    shares = " | ".join(f"{100 * share:.1f}" for share in figures)
    print(f"| {given.scale:g} | {given.bias:g} | {noise} | {given.delta:g} | {budget} | {given.sets} | {shares} |")


if __name__ == "__main__":
    main()
