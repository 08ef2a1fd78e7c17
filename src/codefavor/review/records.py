"""The records of a review: what was found of each changed function by each criterion. They hold no source."""

from typing import Annotated, Literal

from pydantic import Field

from codefavor.pairs.criterion import Criterion
from codefavor.pairs.finding import Finding
from codefavor.record import Record

ReviewOutcome = Literal["worse", "better", "no difference", "undecided"]
"""What the new code is, against the old."""
ChangeKind = Literal["changed", "renamed", "moved", "added", "deleted"]
"""What happened to a function; renamed and moved ones may have changed too."""

SURE = 0.6
"""The least probability at which the new code is called worse or better."""


class NotJudged(Record):
    """A file, or a part of one, that was not judged."""

    path: str
    """The file."""
    reason: str
    """Why, in a sentence."""


class Judged(Record):
    """The answer by one criterion."""

    criterion: Criterion
    """What better means."""
    outcome: ReviewOutcome
    """What the new code is."""
    probability: Annotated[float, Field(ge=0, le=1)] | None
    """The probability that the new code is worse; None from judges that give a side alone, and where none was asked."""
    words: str
    """Why, in words that call the old code A and the new one B."""
    judge: str | None
    """The judge that answered; None where the texts alone did."""
    evidence: tuple[str, ...] = ()
    """What running and analysing showed, a line each."""

    def is_worse(self, threshold: float) -> bool:
        """Return whether the new code is worse with a probability of at least `threshold`."""
        return self.outcome == "worse" and (self.probability is None or self.probability >= threshold)

    @property
    def sureness(self) -> float | None:
        """The probability of the outcome, where it is a side and the judge gives one."""
        if self.probability is None or self.outcome not in ("worse", "better"):
            return None
        return self.probability if self.outcome == "worse" else 1 - self.probability


class FunctionReview(Record):
    """One changed function."""

    path: str
    """Its file, in the new state unless it was deleted."""
    name: str
    """Its qualified name in that file."""
    kind: ChangeKind
    """What happened to it."""
    was: str | None = None
    """Where it was before, for renamed and moved ones."""
    first_line: int
    """Its first line in that file."""
    last_line: int
    """Its last line."""
    judged: tuple[Judged, ...] = ()
    """The answers; none where there is nothing to compare."""
    new_findings: tuple[Finding, ...] = ()
    """Weaknesses that the analysers see in the new code and not in the old, with lines of the new file."""
    seconds: float = 0.0
    """How long it took."""

    def is_worse(self, threshold: float) -> bool:
        """Return whether it is worse by any criterion with a probability of at least `threshold`."""
        return any(each.is_worse(threshold) for each in self.judged)


class Review(Record):
    """Everything that a review found."""

    compared: str
    """The two states, in words."""
    judge: str
    """The judge."""
    functions: tuple[FunctionReview, ...]
    """The changed functions, by file and line."""
    not_judged: tuple[NotJudged, ...]
    """What was not judged, with the reason."""
    not_run: str | None = None
    """Why no code was run at all, where none could be."""

    def worse(self, threshold: float) -> tuple[FunctionReview, ...]:
        """Return the functions that are worse with a probability of at least `threshold`."""
        return tuple(function for function in self.functions if function.is_worse(threshold))
