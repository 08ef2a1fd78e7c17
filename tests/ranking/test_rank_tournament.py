import math
import random
from collections.abc import Sequence

import choix
import numpy as np
import pytest

from codefavor.judges.baseline import FirstJudge, LengthJudge
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import GENERAL_CRITERION, Aspect, criterion_for
from codefavor.pairs.verdict import Verdict
from codefavor.ranking.candidate_set import CandidateSet
from codefavor.ranking.cycles import beats, find_cycles
from codefavor.ranking.ranking import RankSettings, default_judgements
from codefavor.ranking.strength import Judgements, posterior
from codefavor.ranking.tournament import rank, rank_many


def task(*codes: str, name: str = "0") -> CandidateSet:
    return CandidateSet(id=name, instruction=name, criterion=GENERAL_CRITERION, candidates=codes)


class Drawn:
    """Answers by strengths, the code being the strength, with Bradley-Terry noise, each ordered pair once."""

    name = "drawn"

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str, str], bool] = {}
        self.calls = 0

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        self.calls += 1
        return [self._one(each) for each in comparisons]

    def _one(self, shown: Comparison) -> Verdict:
        key = (shown.instruction, shown.code_a, shown.code_b)
        assert key not in self.answers, "the same ordered pair twice"
        self.answers[key] = self.wins(*key)
        return Verdict(comparison="", judge=self.name, choice="A" if self.answers[key] else "B")

    def wins(self, problem: str, first: str, second: str) -> bool:
        logit = float(first) - float(second)
        return random.Random(f"{problem} {first} {second}").random() < 1 / (1 + math.exp(-logit))


class Ties:
    """Finds everything level."""

    name = "ties"

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        return [Verdict(comparison="", judge=self.name, choice="tie") for _ in comparisons]


def test_few_judgements_find_the_winner_of_the_full_round_robin() -> None:
    rng = np.random.default_rng(5)
    tasks = [task(*(f"{each:.6f}" for each in rng.normal(0, 2, 16)), name=str(number)) for number in range(40)]
    judge = Drawn()
    same, asked, most = 0, 0, 0
    for outcome in rank_many(judge, enumerate(tasks), RankSettings()):
        codes = outcome.task.candidates
        points = dict.fromkeys(codes, 0)
        for first in codes:
            for second in set(codes) - {first}:
                points[first if judge.wins(outcome.task.id, first, second) else second] += 1
        winner = outcome.ranking.winner
        same += winner is not None and points[codes[winner]] == max(points.values())
        asked += outcome.ranking.judgements
        most = max(most, outcome.ranking.judgements)
    assert same >= 38 and asked <= 0.35 * 240 * len(tasks) and most <= 0.4 * 240
    assert asked == len(judge.answers) and judge.calls < 80


def test_two_shortest_are_level_though_one_was_asked_less() -> None:
    """One of the six judgements is left out, and it can only go one way: it makes the two best level."""
    outcome = rank(LengthJudge("shorter"), task("xxxx", "xx", "yy"), RankSettings())
    assert outcome.ranking.winner is None and not outcome.ranking.certain


def test_strengths_are_in_the_order_of_another_implementation_when_everything_was_asked() -> None:
    rng = np.random.default_rng(1)
    first = rng.random((1, 6, 6))
    np.einsum("pii->pi", first)[:] = 0.5
    answered = ~np.eye(6, dtype=bool)[None]
    known = posterior(Judgements(answered, first))
    wins = np.where(answered[0], first[0], 0) + np.where(answered[0], 1 - first[0], 0).T
    reference = choix.ilsr_pairwise_dense(wins)
    assert known.means[0, :-1].argsort().tolist() == reference.argsort().tolist()


def test_a_judge_without_noise_is_ranked_right_and_a_position_bias_is_no_winner() -> None:
    codes = tuple("x" * length for length in (5, 3, 9, 1, 7))
    ranking = rank(LengthJudge("shorter"), task(*codes), RankSettings()).ranking
    assert ranking.winner == 3 and ranking.certain and ranking.cycles == ()
    biased = rank(FirstJudge(), task(*codes), RankSettings()).ranking
    assert biased.winner is None and not biased.certain
    assert biased.position_bias is not None and biased.position_bias > 1


def test_same_candidates_share_a_rank_and_one_is_not_asked_about() -> None:
    ranking = rank(LengthJudge("shorter"), task("aa", "b", "aa"), RankSettings()).ranking
    assert [(each.candidate, each.rank, each.same_as) for each in ranking.ranked] == [
        (1, 1, None),
        (0, 2, None),
        (2, 2, 0),
    ]
    assert ranking.of == 2
    only = CandidateSet(
        id="0",
        instruction="",
        criterion=criterion_for(Aspect.SECURITY),
        candidates=("x = 1  # one", "x = 1"),
    )
    alone = rank(Drawn(), only, RankSettings()).ranking
    assert (alone.winner, alone.judgements, alone.stopped) == (0, 0, "one candidate")


@pytest.mark.parametrize("budget", [1, 3, 7])
def test_a_budget_is_kept(budget: int) -> None:
    ranking = rank(
        Drawn(), task(*(f"0.{each}" for each in range(9))), RankSettings(max_judgements=budget, delta=0.001)
    ).ranking
    assert ranking.judgements == budget and ranking.stopped == "budget" and not ranking.certain


@pytest.mark.parametrize(("candidates", "most"), [(2, 2), (7, 42), (10, 60), (16, 96), (40, 624)])
def test_no_set_asks_more_than_is_enough_unless_told_to(candidates: int, most: int) -> None:
    level = task(*(f"0.{each:02}" for each in range(candidates)))
    everything = candidates * (candidates - 1)
    assert (
        rank(Ties(), level, RankSettings()).ranking.judgements
        == most
        == min(default_judgements(candidates), everything)
    )
    for settings in (RankSettings(max_judgements=10_000), RankSettings(until="order")):
        assert candidates > 10 or rank(Ties(), level, settings).ranking.judgements == everything


def test_a_problem_is_ranked_the_same_alone_and_in_any_company() -> None:
    rng = np.random.default_rng(6)
    tasks = [task(*(f"{each:.6f}" for each in rng.normal(0, 3, 6)), name=str(number)) for number in range(30)]
    together = {each.ranking.id: each.ranking for each in rank_many(Drawn(), enumerate(tasks), RankSettings())}
    for number, each in enumerate(tasks):
        alone = next(rank_many(Drawn(), [(number, each)], RankSettings())).ranking
        assert alone == together[each.id]


def test_loops_are_found() -> None:
    answered = ~np.eye(4, dtype=bool)
    first = np.full((4, 4), 0.5)
    for winner, loser in ((0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)):
        first[winner, loser], first[loser, winner] = 1.0, 0.0
    assert find_cycles(beats(answered, first)) == [(0, 1, 2)]
