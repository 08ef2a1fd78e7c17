"""What a ranking says: the record that is printed, written and labelled from. Nothing is computed here."""

from typing import Annotated, Literal

from pydantic import Field

from codefavor.pairs.presentation import CommentPolicy
from codefavor.pairs.verdict import Cost
from codefavor.ranking.finished import Finished
from codefavor.record import Record

Stopped = Literal["certain", "budget", "all asked", "one candidate"]


class RankSettings(Record):
    """What shapes a ranking."""

    delta: Annotated[float, Field(gt=0, lt=0.5)] = 0.02
    """Stop when the winner is that of the full round-robin with probability 1 - delta."""
    until: Literal["winner", "order"] = "winner"
    """winner: stop by delta; order: use all judgements allowed, since the places below the first matter as well."""
    max_judgements: Annotated[int, Field(ge=1)] | None = None
    """The most judgements of one problem; None for `default_judgements`, and for all of them by order."""
    comments: CommentPolicy = "stripped"
    """Whether comments are stripped from the candidates of the three verifiable aspects."""
    seed: int = 0
    """Draws the first round and the samples behind probabilities."""


def default_judgements(candidates: int) -> int:
    """Return the most judgements that the search for the winner of so many candidates asks unless told otherwise.

    That is 40% of the full round-robin in both orders from 16 candidates on, and six a candidate for fewer.
    """
    return max(6 * candidates, 2 * candidates * (candidates - 1) // 5)


class RankedCandidate(Record):
    """One candidate."""

    candidate: int
    """Its place among the candidates, the first being 0."""
    rank: int
    """Its rank, the best being 1; candidates of equal strength share one."""
    same_as: int | None = None
    """The earlier candidate that is the same text to the judge."""
    strength: float
    """Its Bradley-Terry strength in logits; the mean of all is 0."""
    interval: tuple[float, float]
    """95% of the strength."""
    strongest: float
    """The probability that its strength is the greatest."""
    wins: int
    """Judgements won."""
    ties: int
    """Judgements called a tie."""
    losses: int
    """Judgements lost."""
    undecided: int
    """Judgements that the judge did not answer."""


class Ranking(Finished):
    """The candidates of one problem in order."""

    id: str
    """The problem's name."""
    judge: str
    """The judge's name."""
    winner: int | None = None
    """The best candidate; None where the best ones are level."""
    certain: bool
    """Whether the winner is that of the full round-robin with probability 1 - delta."""
    probability: float
    """The probability that the first of the ranking wins the full round-robin, alone or level with others."""
    stopped: Stopped
    """Why no more was asked."""
    judgements: int
    """Judgements asked; the two orders of a pair are two."""
    of: int
    """Judgements of the full round-robin."""
    position_bias: float | None = None
    """The judge's bias towards the candidate shown first, in logits; None where nothing was asked."""
    cycles: tuple[tuple[int, ...], ...]
    """Intransitive cycles: each candidate is preferred to the next, the last to the first."""
    ranked: tuple[RankedCandidate, ...]
    """All candidates, the best first."""
    cost: Cost | None = None
    """What the judgements cost, where it was measured."""
