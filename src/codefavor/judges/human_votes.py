"""People as a judge: the votes of a study answer the comparisons that were voted on. Nobody is asked anything here.

A vote counts for its comparison in either order, since each person saw an order drawn for them; so the answers of both
orders are the same votes, and people have no flip rate. Sources: the majority, see `pairs.majority`; cost
as in the paper's section 3.3, minutes times California's minimum wage.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from codefavor.errors import DataError
from codefavor.jsonl import read_records
from codefavor.judges.kind import JudgeKind, Loader
from codefavor.judges.one_order import one_order
from codefavor.judges.protocol import Judge
from codefavor.pairs.comparison import Choice, Comparison, other_side
from codefavor.pairs.majority import majority
from codefavor.pairs.side_words import exchange_sides
from codefavor.pairs.verdict import Cost, Verdict
from codefavor.pairs.vote import Vote

MINIMUM_WAGE = 16.0
"""US dollars an hour: California's minimum of 2024. The paper names the wage and no figure; its $6.1 for 23.4 minutes
would be $15.6."""


def vote_cost(seconds: float, wage: float) -> float:
    """Return what `seconds` of work cost in US dollars at `wage` dollars an hour."""
    return seconds / 3600 * wage


class HumanVotesJudge:
    """Answers with the majority of recorded votes; what nobody voted on is undecided."""

    name = "people"
    order_invariant = True

    def __init__(self, votes: Sequence[Vote], wage: float = MINIMUM_WAGE) -> None:
        self._wage = wage
        self._by_comparison: dict[str, list[Vote]] = {}
        for vote in votes:
            self._by_comparison.setdefault(vote.comparison, []).append(vote)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the judge of a file of votes as `codefavor annotate export` writes it.

        Raises:
            DataError: the file is missing, malformed or empty.
        """
        votes = list(read_records(path, Vote))
        if not votes:
            raise DataError(f"{path}: no votes in it")
        return cls(votes)

    @one_order
    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison, in their order.

        The time of a vote is charged once a call, although both orders of a comparison may be asked for.
        """
        return [self._judge_one(comparison) for comparison in comparisons]

    def _judge_one(self, comparison: Comparison) -> Verdict:
        digest, swapped_digest = comparison.digest(), comparison.swapped().digest()
        same_order, other_order = self._by_comparison.get(digest, []), self._by_comparison.get(swapped_digest, [])
        choices = [vote.choice for vote in same_order] + [_exchanged(vote.choice) for vote in other_order]
        if not choices:
            return Verdict(comparison=digest, judge=self.name, undecided="no votes", cost=Cost(seconds=0.0))
        seconds = sum(vote.seconds for vote in [*same_order, *other_order])
        cost = Cost(seconds=seconds, dollars=vote_cost(seconds, self._wage))
        notes = [f"{vote.annotator}: {vote.note}" for vote in same_order if vote.note]
        notes += [f"{vote.annotator}: {exchange_sides(vote.note)}" for vote in other_order if vote.note]
        return Verdict(
            comparison=digest,
            judge=self.name,
            choice=majority(choices),
            feedback="\n".join(notes) or None,
            cost=cost,
        )


def _exchanged(choice: Choice) -> Choice:
    return other_side(choice) if choice != "tie" else choice


def _load(argument: str, loader: Loader) -> Judge | None:
    return HumanVotesJudge.load(Path(argument)) if argument else None


VOTES = JudgeKind(
    name="votes",
    forms=("votes:FILE",),
    description="The majority of people's votes, as `codefavor annotate export` writes them.",
    load=_load,
    files=lambda argument, files_of: (Path(argument),) if argument else (),
    order_invariant=True,
)
