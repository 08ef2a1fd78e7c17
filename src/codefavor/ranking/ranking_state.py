"""One problem on its way to a ranking: what was asked, what was answered, what to ask next. It holds no judge."""

from collections.abc import Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray

from codefavor.pairs.comparison import Comparison
from codefavor.pairs.presentation import present
from codefavor.pairs.verdict import Cost, Verdict
from codefavor.ranking.candidate_set import CandidateSet, distinct
from codefavor.ranking.pair_selection import Ordered, first_round, next_judgements
from codefavor.ranking.ranking import RankSettings, Stopped, default_judgements
from codefavor.ranking.strength import Floats
from codefavor.ranking.win_probability import WinProbabilities, win_probabilities

_OF_A_ROUND = 4
"""A round asks one judgement for so many candidates, so that few rounds are needed and each learns from the last."""


class RankingState:
    """The state of one problem."""

    def __init__(self, index: int, task: CandidateSet, settings: RankSettings) -> None:
        """Begin with the first round pending."""
        self.index = index
        self.task = task
        self.groups = distinct(task, settings.comments)
        self.size = len(self.groups)
        self.answers: dict[Ordered, Verdict] = {}
        self.asked = np.zeros((self.size, self.size), dtype=np.bool_)
        self.answered = np.zeros_like(self.asked)
        self.points = np.full(self.asked.shape, 0.5)
        self.mean: Floats = np.zeros(self.size + 1)
        self.covariance: Floats = np.eye(self.size + 1)
        self.win_probability: WinProbabilities | None = None
        self.stopped: Stopped | None = "one candidate" if self.size == 1 else None
        self.cost: Cost | None = None
        self._settings = settings
        start = Random(f"{settings.seed}:{task.digest()}")
        self._rng = np.random.default_rng(start.getrandbits(64))
        usual = default_judgements(self.size) if settings.until == "winner" else self.everything
        self._max_judgements = min(settings.max_judgements or usual, self.everything)
        self.pending = [] if self.stopped else first_round(self.size, start)[: self._max_judgements]

    @property
    def judgements(self) -> int:
        """How many were asked."""
        return len(self.answers)

    @property
    def leaders(self) -> NDArray[np.bool_]:
        """Where the candidates are that win the full round-robin with probability 1 - delta; several are level."""
        chances = self.win_probability.winner if self.win_probability else np.ones(self.size)
        return np.asarray(chances >= 1 - self._settings.delta)

    @property
    def only_position_tells(self) -> bool:
        """Whether exchanging two candidates changed the answer every time that it was tried."""
        both = self.answered & self.answered.T
        return bool(both.any()) and np.allclose(self.points[both], self.points.T[both])

    @property
    def everything(self) -> int:
        """How many there are."""
        return self.size * (self.size - 1)

    def comparisons(self) -> list[Comparison]:
        """Return what is pending as the judge is to see it."""
        return [self._comparison(first, second) for first, second in self.pending]

    def _comparison(self, first: int, second: int) -> Comparison:
        task = self.task
        comparison = Comparison(
            instruction=task.instruction,
            criterion=task.criterion,
            code_a=task.candidates[self.groups[first][0]],
            code_b=task.candidates[self.groups[second][0]],
            language=task.language,
        )
        return present(comparison, self._settings.comments).comparison

    def record(self, verdicts: Sequence[Verdict]) -> None:
        """Take the answers to what was pending."""
        for (first, second), verdict in zip(self.pending, verdicts, strict=True):
            self.answers[first, second] = verdict
            self.asked[first, second] = True
            if verdict.choice is not None:
                self.answered[first, second] = True
                self.points[first, second] = points_of(verdict)
            if verdict.cost:
                self.cost = self.cost.plus(verdict.cost) if self.cost else verdict.cost
        self.pending = []

    def decide(self, mean: Floats, covariance: Floats) -> None:
        """Given strengths and position bias, of shape (n + 1,), stop or choose what to ask next."""
        self.mean, self.covariance = mean, covariance
        self.win_probability = win_probabilities(mean, covariance, self.asked, self.points, self._rng)
        leader = int(mean[:-1].argmax())
        if self.judgements >= self.everything:
            self.stopped = "all asked"
        elif self._settings.until == "winner" and self.win_probability.winner[leader] >= 1 - self._settings.delta:
            self.stopped = "certain"
        elif self.judgements >= self._max_judgements:
            self.stopped = "budget"
        else:
            most = min(max(1, self.size // _OF_A_ROUND), self._max_judgements - self.judgements)
            self.pending = next_judgements(mean, covariance, leader, self.asked, most)


def points_of(verdict: Verdict) -> float:
    """Return how far A won: the judge's probability, else 1, 0, or one half for a tie."""
    if verdict.choice == "tie":
        return 0.5
    if verdict.prob_a is not None:
        return verdict.prob_a
    return 1.0 if verdict.choice == "A" else 0.0
