"""What labelling one problem gave: the confident pairs, and why the others were dropped. Nothing is computed here."""

from typing import Annotated, Literal

from pydantic import AliasChoices, Field

from codefavor.judges.judge_settings import JudgeSettings
from codefavor.pairs.criterion import Criterion
from codefavor.pairs.evidence import Evidence
from codefavor.pairs.verdict import Cost
from codefavor.ranking.finished import Finished
from codefavor.ranking.ranking import RankSettings
from codefavor.record import Record

Strategy = Literal["best-worst", "every"]
DropReason = Literal["one candidate", "no answer", "not confident"]


class LabelSettings(JudgeSettings):
    """What shapes a preference set; a run is continued under the same settings or not at all."""

    samples: str
    """SHA-256 of the file of candidates."""
    source: str
    """What provenance names as the source."""
    license: str | None = None
    """The licence of the candidates, where it is known."""
    criterion: Criterion | None
    """The criterion of rows that name none."""
    strategy: Strategy = "best-worst"
    """The best against the worst candidate of a problem, or every two."""
    confidence: Annotated[float, Field(ge=0.5, lt=1)] = 0.8
    """Keep a pair when the chosen candidate is the stronger one with at least this probability."""
    rank: RankSettings
    """What shapes the rankings that pairs are taken from."""


class LabelledPair(Record):
    """One pair of candidates."""

    chosen: int
    """The better candidate, the first being 0."""
    rejected: int
    """The worse one."""
    margin: float
    """The difference of their Bradley-Terry strengths, in logits."""
    probability: float
    """The probability that the chosen one is the stronger."""
    compared: Annotated[bool, Field(validation_alias=AliasChoices("compared", "asked"))]
    """Whether the judge compared these two, or only each with others; journals of codefavor 0.1 call it `asked`."""
    evidence: Evidence | None = None
    """What running and analysing both showed, where the judge did; A is chosen, B rejected."""


class LabelledProblem(Finished):
    """One problem."""

    id: str
    """Its name."""
    candidates: int
    """How many there were."""
    pairs: tuple[LabelledPair, ...]
    """The pairs kept."""
    dropped: dict[DropReason, int]
    """Pairs that were dropped, by reason."""
    judgements: int
    """Judgements asked."""
    cost: Cost | None = None
    """What they cost, where it was measured."""
