"""What clients ask and are answered about many candidates: rankings, and reranking as other services shape it."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field

from codefavor.judges.probability import sigmoid
from codefavor.pairs.criterion import Aspect, resolve_criterion
from codefavor.pairs.verdict import Cost
from codefavor.ranking.candidate_set import CandidateSet
from codefavor.ranking.ranking import RankedCandidate, Ranking, RankSettings, Stopped
from codefavor.record import Record
from codefavor.serve.messages import CRITERION_HELP, Code, Instruction, LanguageField, Words

MAX_CANDIDATES = 64
"""Of one request: all pairs of so many, in both orders, are 4,032 judgements."""
_JUDGEMENTS_EACH = 16
"""How many judgements a document may take in reranking: all of them up to 17 documents."""


class RankRequest(Record):
    """Which of many candidates is best?"""

    instruction: Instruction
    """What the code was to do."""
    candidates: Annotated[tuple[Code, ...], Field(min_length=1, max_length=MAX_CANDIDATES)]
    """The candidates."""
    criterion: Annotated[Words, Field(description=f"What better means. {CRITERION_HELP}")] = Aspect.CORRECTNESS.value
    language: LanguageField = "python"
    delta: Annotated[float, Field(gt=0, lt=0.5)] = 0.02
    """Stop when the winner is that of the full round-robin with probability 1 - delta."""
    max_judgements: Annotated[int, Field(ge=1)] | None = None
    """Judgements at most; null for six a candidate, or 40% of all where that is more."""

    def task(self) -> CandidateSet:
        """Return what is to be ranked."""
        return CandidateSet(
            id="request",
            instruction=self.instruction,
            criterion=resolve_criterion(self.criterion),
            candidates=self.candidates,
            language=self.language,
        )

    def settings(self) -> RankSettings:
        """Return how it is to be ranked."""
        return RankSettings(delta=self.delta, max_judgements=self.max_judgements)


class RankAnswer(Record):
    """The candidates in order."""

    winner: int | None
    """The index of the best candidate, the first being 0; null where the best ones are level."""
    certain: bool
    """Whether the winner is that of the full round-robin with probability 1 - delta."""
    probability: float
    """The probability that the first of the ranking wins the full round-robin."""
    stopped: Stopped
    """Why no more was asked."""
    judge: str
    """The judge's name."""
    judgements: int
    """Judgements asked; the two orders of a pair are two."""
    of: int
    """Judgements of the full round-robin."""
    cycles: tuple[tuple[int, ...], ...]
    """Intransitive cycles: each candidate is preferred to the next, the last to the first."""
    ranked: tuple[RankedCandidate, ...]
    """All candidates, the best first."""
    cost: Cost | None
    """What the judgements cost, where it was measured."""

    @classmethod
    def from_ranking(cls, ranking: Ranking) -> Self:
        """Return the answer that a ranking gives."""
        return cls(**{name: getattr(ranking, name) for name in cls.model_fields})


class Document(Record):
    """A document as some clients send it."""

    text: Code
    """The text."""


class RerankRequest(Record):
    """Which documents do best what the query asks for? Fields of other services that mean nothing here are ignored."""

    model_config = ConfigDict(extra="ignore")

    query: Instruction
    """What the code was to do."""
    documents: Annotated[tuple[Code | Document, ...], Field(min_length=1, max_length=MAX_CANDIDATES)]
    """The candidates."""
    top_n: Annotated[int, Field(ge=1)] | None = None
    """How many results are wanted; null for all."""
    return_documents: bool = False
    """Whether results carry their texts."""
    criterion: Annotated[Words, Field(description=f"What better means. {CRITERION_HELP}")] = Aspect.CORRECTNESS.value
    language: LanguageField = "python"

    def texts(self) -> tuple[str, ...]:
        """Return the documents."""
        return tuple(document.text if isinstance(document, Document) else document for document in self.documents)

    def task(self) -> CandidateSet:
        """Return what is to be ranked."""
        return CandidateSet(
            id="request",
            instruction=self.query,
            criterion=resolve_criterion(self.criterion),
            candidates=self.texts(),
            language=self.language,
        )

    def settings(self) -> RankSettings:
        """Return how it is to be ranked."""
        return RankSettings(until="order", max_judgements=_JUDGEMENTS_EACH * len(self.documents))

    def answer(self, ranking: Ranking) -> "RerankAnswer":
        """Return the results that are wanted."""
        texts = self.texts()
        results = tuple(
            RerankResult(
                index=ranked.candidate,
                relevance_score=sigmoid(ranked.strength),
                document=Document(text=texts[ranked.candidate]) if self.return_documents else None,
            )
            for ranked in ranking.ranked[: self.top_n]
        )
        return RerankAnswer(id=ranking.task, model=ranking.judge, results=results)


class RerankResult(Record):
    """One document."""

    index: int
    """Its place among the documents, the first being 0."""
    relevance_score: Annotated[float, Field(ge=0, le=1)]
    """The probability that it is preferred to a document of average strength."""
    document: Document | None = None
    """Its text, where that was asked for."""


class RerankAnswer(Record):
    """Documents in order."""

    id: str
    """A name that depends on the query and the documents alone."""
    model: str
    """The judge's name."""
    results: tuple[RerankResult, ...]
    """The best first."""
