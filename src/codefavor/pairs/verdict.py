"""The verdict: a judge's answer to one comparison, or the reason why it has none."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from codefavor.pairs.comparison import Choice, Comparison, other_side
from codefavor.pairs.evidence import Evidence
from codefavor.pairs.side_words import exchange_sides
from codefavor.record import Record


class Cost(Record):
    """What one verdict cost."""

    seconds: Annotated[float, Field(ge=0)]
    """Seconds of work, shared out evenly over a batch."""
    input_tokens: Annotated[int, Field(ge=0)] = 0
    """Tokens read by a model."""
    output_tokens: Annotated[int, Field(ge=0)] = 0
    """Tokens written by a model."""
    dollars: Annotated[float, Field(ge=0)] = 0.0
    """Money paid, in US dollars."""

    def plus(self, other: "Cost") -> "Cost":
        """Return the sum of both."""
        return Cost(
            seconds=self.seconds + other.seconds,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            dollars=self.dollars + other.dollars,
        )


class Verdict(Record):
    """A judge's answer: a side, a tie, or nothing with the reason."""

    comparison: str
    """The digest of the comparison as it was shown, order included."""
    judge: str
    """The judge's name."""
    choice: Choice | None = None
    """The better side or "tie"; None means the judge has no answer, which is not a tie."""
    prob_a: Annotated[float, Field(ge=0, le=1)] | None = None
    """The probability that A is better, from judges that have one."""
    feedback: str | None = None
    """The judge's reasoning, where it gives any."""
    evidence: Evidence | None = None
    """What was run and analysed, where anything was."""
    undecided: str | None = None
    """Why there is no choice."""
    cost: Cost | None = None
    """What the verdict cost, where it was measured."""
    stage: str | None = None
    """The judge within a cascade that answered; None from other judges."""

    @model_validator(mode="after")
    def _choice_or_reason(self) -> Self:
        if (self.choice is None) != (self.undecided is not None):
            raise ValueError("a verdict has either a choice or the reason why it is undecided")
        return self

    def for_swapped(self, comparison: Comparison) -> "Verdict":
        """Return this verdict on `comparison.swapped()` as one on `comparison`, its words included."""
        return self.model_copy(
            update={
                "comparison": comparison.digest(),
                "choice": other_side(self.choice) if self.choice in ("A", "B") else self.choice,
                "prob_a": None if self.prob_a is None else 1.0 - self.prob_a,
                "evidence": self.evidence.swapped() if self.evidence else None,
                "feedback": exchange_sides(self.feedback) if self.feedback else self.feedback,
                "undecided": exchange_sides(self.undecided) if self.undecided else self.undecided,
            }
        )
