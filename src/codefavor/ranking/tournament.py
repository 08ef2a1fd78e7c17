"""Many problems ranked at once: every round is one call of the judge with what all of them want to know next.

Nothing is written here; a problem that is finished is yielded, and the next one takes its place.
"""

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
from codefavor.ranking.cycles import beats, loops
from codefavor.ranking.pair_selection import Ordered
from codefavor.ranking.ranking import RankedCandidate, Ranking, RankSettings
from codefavor.ranking.ranking_state import Contest
from codefavor.ranking.strength import Floats, Judgements, posterior

AT_ONCE = 64
"""Problems ranked side by side: enough to fill the batches of a judge, few enough to lose."""
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
    active: list[Contest] = []
    while True:
        active += [Contest(index, task, settings) for index, task in islice(source, at_once - len(active))]
        if not active:
            return
        _ask(judge, [contest for contest in active if contest.pending])
        _decide([contest for contest in active if not contest.stopped])
        for contest in active:
            if contest.stopped:
                yield _outcome(contest, judge.name)
        active = [contest for contest in active if not contest.stopped]


def _ask(judge: Judge, contests: list[Contest]) -> None:
    """Ask what all contests have pending in one call."""
    wanted = [contest.comparisons() for contest in contests]
    if not wanted:
        return
    verdicts = iter(judge.judge([comparison for each in wanted for comparison in each]))
    for contest, each in zip(contests, wanted, strict=True):
        contest.record(list(islice(verdicts, len(each))))


def _decide(contests: list[Contest]) -> None:
    """Let every contest stop or go on; those of one size are computed together."""
    by_size: dict[int, list[Contest]] = defaultdict(list)
    for contest in contests:
        by_size[contest.size].append(contest)
    for alike in by_size.values():
        answered = np.stack([contest.answered for contest in alike])
        known = posterior(Judgements(answered, np.stack([contest.points for contest in alike])))
        for contest, mean, covariance in zip(alike, known.means, known.covariances, strict=True):
            contest.decide(mean, covariance)


def _outcome(contest: Contest, judge: str) -> RankingOutcome:
    strengths = contest.mean[:-1]
    order = np.lexsort((-strengths, ~contest.leaders))
    level = contest.leaders.sum() > 1 or (contest.size > 1 and abs(strengths[order[0]] - strengths[order[1]]) < _EVEN)
    probability = float(contest.standing.winner[order[0]]) if contest.standing else 1.0
    if contest.standing and contest.standing.alone[order[0]] < probability / 2:
        level = True  # More likely level with another than not.
    level = level or contest.only_position_tells or _foreseen_level(contest, int(order[0]))
    ranking = Ranking(
        id=contest.task.id,
        index=contest.index,
        task=contest.task.digest(),
        judge=judge,
        winner=None if level else contest.groups[order[0]][0],
        certain=not level and contest.stopped != "budget",
        probability=probability,
        stopped=contest.stopped or "all asked",
        judgements=contest.judgements,
        of=contest.everything,
        first_bias=float(contest.mean[-1]) if contest.judgements else None,
        loops=tuple(
            tuple(contest.groups[each][0] for each in loop) for loop in loops(beats(contest.answered, contest.points))
        ),
        ranked=tuple(_ranked(contest, order)),
        cost=contest.cost,
    )
    return RankingOutcome(contest.task, ranking, _by_candidate(contest), _stronger(contest))


def _foreseen_level(contest: Contest, best: int) -> bool:
    """Return whether the best would share its place if what was not asked went the likelier way.

    Only where stopping claims to know: once the budget is spent, the best guess is still worth naming.
    """
    if contest.stopped != "certain":
        return False
    favourites = contest.standing.favourites if contest.standing else np.ones(1, dtype=np.bool_)
    return bool(favourites[best] and favourites.sum() > 1)


def _ranked(contest: Contest, order: NDArray[np.int_]) -> Iterator[RankedCandidate]:
    strengths = contest.mean[:-1]
    centred = np.eye(contest.size) - 1 / contest.size
    spread = np.sqrt(np.diag(centred @ contest.covariance[:-1, :-1] @ centred.T))
    strengths = strengths - strengths.mean()
    strongest = contest.standing.strongest if contest.standing else np.ones(1)
    rank, above, before = 1, 0, None
    level_at_the_top = int(contest.leaders.sum())
    for number, place in enumerate(map(int, order)):
        if before is not None and number >= level_at_the_top and abs(before - strengths[place]) >= _EVEN:
            rank = above + 1
        before = strengths[place]
        first = contest.groups[place][0]
        half = _WIDTH * float(spread[place])
        counts = _counts(contest, place)
        for candidate in contest.groups[place]:
            yield RankedCandidate(
                candidate=candidate,
                rank=rank,
                same_as=None if candidate == first else first,
                strength=float(strengths[place]),
                interval=(float(strengths[place]) - half, float(strengths[place]) + half),
                strongest=float(strongest[place]),
                **counts,
            )
        above += len(contest.groups[place])


def _counts(contest: Contest, place: int) -> dict[str, int]:
    counts = {"wins": 0, "ties": 0, "losses": 0, "undecided": 0}
    for (first, second), verdict in contest.answers.items():
        if place in (first, second):
            own = "A" if place == first else "B"
            kind = {None: "undecided", "tie": "ties", own: "wins"}.get(verdict.choice, "losses")
            counts[kind] += 1
    return counts


def _by_candidate(contest: Contest) -> dict[Ordered, Verdict]:
    groups = contest.groups
    return {(groups[first][0], groups[second][0]): verdict for (first, second), verdict in contest.answers.items()}


def _stronger(contest: Contest) -> Floats:
    """Return, shape (candidates, candidates), the probability of the row to be stronger than the column."""
    strengths, own = contest.mean[:-1], np.diag(contest.covariance)[:-1]
    variance = own[:, None] + own[None, :] - 2 * contest.covariance[:-1, :-1]
    np.fill_diagonal(variance, 1.0)
    between = ndtr((strengths[:, None] - strengths[None, :]) / np.sqrt(variance))
    group_of = np.empty(len(contest.task.candidates), dtype=int)
    for number, group in enumerate(contest.groups):
        group_of[group] = number
    stronger: Floats = between[np.ix_(group_of, group_of)]
    return stronger
