"""Many problems ranked at once: every round is one call of the judge with what all of them want to know next.

Nothing is written here; a problem that is finished is yielded, and the next one takes its place.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from codefavor.judges.protocol import Judge
from codefavor.pairs.verdict import Verdict
from codefavor.ranking.candidate_set import CandidateSet
from codefavor.ranking.cycles import beats, find_cycles
from codefavor.ranking.pair_selection import Ordered
from codefavor.ranking.ranking import RankedCandidate, Ranking, RankSettings
from codefavor.ranking.ranking_state import RankingState
from codefavor.ranking.strength import Floats, Judgements, posterior

AT_ONCE = 64
"""Problems ranked side by side: enough to fill the batches of a judge, few enough to lose."""
_LOG = logging.getLogger(__name__)
_EVEN = 1e-6
_WIDTH = 1.959964
"""A normal variable lies within so many standard deviations of its mean with probability 0.95."""


class RankingOutcome(NamedTuple):
    """A ranking with what it rests on."""

    task: CandidateSet
    """The problem."""
    ranking: Ranking
    """The ranking."""
    answers: dict[Ordered, Verdict]
    """The verdicts, by the two candidates as they were shown; the first of every group of same ones stands for all."""
    order: Floats
    """Shape (n, n): the probability that the row is stronger than the column, for all candidates."""


def rank(judge: Judge, task: CandidateSet, settings: RankSettings) -> RankingOutcome:
    """Return the ranking of one problem.

    Raises:
        ModelError: the judge failed.
        SandboxError: the judge runs code, and it cannot be run safely here.
    """
    (outcome,) = rank_many(judge, [(0, task)], settings)
    return outcome


def rank_many(
    judge: Judge, tasks: Iterable[tuple[int, CandidateSet]], settings: RankSettings, at_once: int = AT_ONCE
) -> Iterator[RankingOutcome]:
    """Yield the outcome of every problem as soon as it is finished; problems come with their place in the file.

    Raises:
        ModelError: the judge failed.
        SandboxError: the judge runs code, and it cannot be run safely here.
    """
    source = iter(tasks)
    active: list[RankingState] = []
    while True:
        active += [RankingState(index, task, settings) for index, task in islice(source, at_once - len(active))]
        if not active:
            return
        _ask(judge, [state for state in active if state.pending])
        _decide([state for state in active if not state.stopped])
        for state in active:
            if state.stopped:
                _LOG.info("%s: stopped after %d judgements (%s)", state.task.id, state.judgements, state.stopped)
                yield _outcome(state, judge.name)
        active = [state for state in active if not state.stopped]


def _ask(judge: Judge, states: list[RankingState]) -> None:
    """Ask what all states have pending in one call."""
    wanted = [state.comparisons() for state in states]
    if not wanted:
        return
    verdicts = iter(judge.judge([comparison for each in wanted for comparison in each]))
    for state, each in zip(states, wanted, strict=True):
        state.record(list(islice(verdicts, len(each))))


def _decide(states: list[RankingState]) -> None:
    """Decide for every state whether to stop; those of one size are computed together."""
    by_size: dict[int, list[RankingState]] = defaultdict(list)
    for state in states:
        by_size[state.size].append(state)
    for alike in by_size.values():
        answered = np.stack([state.answered for state in alike])
        known = posterior(Judgements(answered, np.stack([state.points for state in alike])))
        for state, mean, covariance in zip(alike, known.means, known.covariances, strict=True):
            state.decide(mean, covariance)


def _outcome(state: RankingState, judge: str) -> RankingOutcome:
    strengths = state.mean[:-1]
    order = np.lexsort((-strengths, ~state.leaders))
    level = state.leaders.sum() > 1 or (state.size > 1 and abs(strengths[order[0]] - strengths[order[1]]) < _EVEN)
    probability = float(state.win_probability.winner[order[0]]) if state.win_probability else 1.0
    if state.win_probability and state.win_probability.alone[order[0]] < probability / 2:
        level = True  # More likely level with another than not.
    level = level or state.only_position_tells or _foreseen_level(state, int(order[0]))
    ranking = Ranking(
        id=state.task.id,
        index=state.index,
        task=state.task.digest(),
        judge=judge,
        winner=None if level else state.groups[order[0]][0],
        certain=not level and state.stopped != "budget",
        probability=probability,
        stopped=state.stopped or "all asked",
        judgements=state.judgements,
        of=state.everything,
        position_bias=float(state.mean[-1]) if state.judgements else None,
        cycles=tuple(
            tuple(state.groups[member][0] for member in cycle)
            for cycle in find_cycles(beats(state.answered, state.points))
        ),
        ranked=tuple(_ranked(state, order)),
        cost=state.cost,
    )
    return RankingOutcome(state.task, ranking, _by_candidate(state), _stronger(state))


def _foreseen_level(state: RankingState, best: int) -> bool:
    """Return whether the best would share its place if what was not asked went the likelier way.

    Only where stopping claims to know: once the budget is spent, the best guess is still worth naming.
    """
    if state.stopped != "certain":
        return False
    favourites = state.win_probability.favourites if state.win_probability else np.ones(1, dtype=np.bool_)
    return bool(favourites[best] and favourites.sum() > 1)


def _ranked(state: RankingState, order: NDArray[np.int_]) -> Iterator[RankedCandidate]:
    strengths = state.mean[:-1]
    centred = np.eye(state.size) - 1 / state.size
    spread = np.sqrt(np.diag(centred @ state.covariance[:-1, :-1] @ centred.T))
    strengths = strengths - strengths.mean()
    strongest = state.win_probability.strongest if state.win_probability else np.ones(1)
    rank, above, before = 1, 0, None
    level_at_the_top = int(state.leaders.sum())
    for number, place in enumerate(map(int, order)):
        if before is not None and number >= level_at_the_top and abs(before - strengths[place]) >= _EVEN:
            rank = above + 1
        before = strengths[place]
        first = state.groups[place][0]
        half = _WIDTH * float(spread[place])
        counts = _counts(state, place)
        for candidate in state.groups[place]:
            yield RankedCandidate(
                candidate=candidate,
                rank=rank,
                same_as=None if candidate == first else first,
                strength=float(strengths[place]),
                interval=(float(strengths[place]) - half, float(strengths[place]) + half),
                strongest=float(strongest[place]),
                **counts,
            )
        above += len(state.groups[place])


def _counts(state: RankingState, place: int) -> dict[str, int]:
    counts = {"wins": 0, "ties": 0, "losses": 0, "undecided": 0}
    for (first, second), verdict in state.answers.items():
        if place in (first, second):
            own = "A" if place == first else "B"
            kind = {None: "undecided", "tie": "ties", own: "wins"}.get(verdict.choice, "losses")
            counts[kind] += 1
    return counts


def _by_candidate(state: RankingState) -> dict[Ordered, Verdict]:
    groups = state.groups
    return {(groups[first][0], groups[second][0]): verdict for (first, second), verdict in state.answers.items()}


def _stronger(state: RankingState) -> Floats:
    """Return, shape (candidates, candidates), the probability of the row to be stronger than the column."""
    strengths, own = state.mean[:-1], np.diag(state.covariance)[:-1]
    variance = own[:, None] + own[None, :] - 2 * state.covariance[:-1, :-1]
    np.fill_diagonal(variance, 1.0)
    between = ndtr((strengths[:, None] - strengths[None, :]) / np.sqrt(variance))
    group_of = np.empty(len(state.task.candidates), dtype=int)
    for number, group in enumerate(state.groups):
        group_of[group] = number
    stronger: Floats = between[np.ix_(group_of, group_of)]
    return stronger
