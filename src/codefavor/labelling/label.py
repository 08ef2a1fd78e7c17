"""From candidate sets to labelled problems: a pure function. Nothing is read or written here."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import combinations

from codefavor.judges.protocol import Judge
from codefavor.labelling.labelled import DropReason, LabelledPair, LabelledProblem, LabelSettings
from codefavor.pairs.evidence import Evidence
from codefavor.ranking.candidate_set import CandidateSet
from codefavor.ranking.tournament import RankingOutcome, rank_many


def label_problems(
    judge: Judge, tasks: Iterable[tuple[int, CandidateSet]], settings: LabelSettings
) -> Iterator[LabelledProblem]:
    """Yield every problem, labelled, as soon as it is finished; problems come with their place in the file.

    Raises:
        ModelError: the judge failed.
        SandboxError: the judge runs code, and it cannot be run safely here.
    """
    return (label_outcome(outcome, settings) for outcome in rank_many(judge, tasks, settings.rank))


def label_outcome(outcome: RankingOutcome, settings: LabelSettings) -> LabelledProblem:
    """Return the pairs that the ranking of one problem is confident of."""
    ranking = outcome.ranking
    different = [entry.candidate for entry in ranking.ranked if entry.same_as is None]
    if settings.strategy == "best-worst" and len(different) > 1:
        different = [different[0], different[-1]]
    dropped: Counter[DropReason] = Counter()
    if len(different) == 1:
        dropped["one candidate"] += 1
    kept = []
    for chosen, rejected in combinations(different, 2):
        pair = _pair(outcome, chosen, rejected)
        if pair.probability >= settings.confidence and pair.margin > 0:
            kept.append(pair)
        else:
            dropped["not confident" if _answered(outcome) else "no answer"] += 1
    return LabelledProblem(
        index=ranking.index,
        id=ranking.id,
        task=ranking.task,
        candidates=len(outcome.task.candidates),
        pairs=tuple(kept),
        dropped=dict(dropped),
        judgements=ranking.judgements,
        cost=ranking.cost,
    )


def _pair(outcome: RankingOutcome, chosen: int, rejected: int) -> LabelledPair:
    strengths = {entry.candidate: entry.strength for entry in outcome.ranking.ranked}
    compared = {(chosen, rejected), (rejected, chosen)} & outcome.answers.keys()
    return LabelledPair(
        chosen=chosen,
        rejected=rejected,
        margin=strengths[chosen] - strengths[rejected],
        probability=float(outcome.order[chosen, rejected]),
        compared=bool(compared),
        evidence=_evidence(outcome, chosen, rejected),
    )


def _evidence(outcome: RankingOutcome, chosen: int, rejected: int) -> Evidence | None:
    """Return the evidence on this very pair with the chosen candidate as A, where there is any."""
    straight = outcome.answers.get((chosen, rejected))
    if straight and straight.evidence:
        return straight.evidence
    turned = outcome.answers.get((rejected, chosen))
    return turned.evidence.swapped() if turned and turned.evidence else None


def _answered(outcome: RankingOutcome) -> bool:
    return any(verdict.choice is not None for verdict in outcome.answers.values())
