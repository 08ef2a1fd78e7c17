"""The summary of an evolution run: what was kept, what was dropped and why, and what it took."""

from collections import Counter
from dataclasses import dataclass

from pydantic import Field

from codefavor.evolve.conversation import AnsweredCall
from codefavor.evolve.protocol import Discard
from codefavor.pairs.pair import PreferencePair
from codefavor.record import Record

OTHER_CRITERION = "other"
"""What is counted for a criterion that clearly means no single aspect."""


@dataclass(frozen=True)
class CriticRejections:
    """Where a critic turns seeds down, and how often the paper's did."""

    stage: str
    """The stage of its discards."""
    share_in_paper: float
    """The share of seeds that the paper's critic turned down (sections 2.2, 2.3)."""


class ModelTokens(Record):
    """The tokens of one model."""

    calls: int = 0
    """Answered requests."""
    input: int = 0
    """ModelTokens read."""
    output: int = 0
    """ModelTokens written."""


class EvolveSummary(Record):
    """What a run came to."""

    method: str
    """The evolver."""
    seeds: int
    """Settled seeds: kept and discarded together."""
    kept: int
    """Pairs in pairs.jsonl."""
    discarded: int
    """Seeds in discarded.jsonl."""
    failed: int
    """Seeds whose model failed for good; they are tried again when the run is continued."""
    complete: bool
    """Whether every seed of the source, up to the limit, is settled."""
    filtered_by_critic: float | None
    """The share of settled seeds that the critic turned down."""
    filtered_in_paper: float | None
    """The same share in the paper."""
    discarded_by: dict[str, dict[str, int]]
    """How many were dropped, by stage and by what the reason says before its colon."""
    not_seeds: dict[str, int]
    """Changes of the source that are no seeds, by reason."""
    criteria: dict[str, int]
    """Kept pairs by the aspect that their criterion means, or "other"."""
    languages: dict[str, int] = Field(default_factory=dict)
    """Kept pairs by language."""
    licenses: dict[str, int]
    """Kept pairs by licence of their source."""
    tokens: dict[str, ModelTokens]
    """ModelTokens by model, over the whole run."""
    usd: float | None
    """What they cost in US dollars by the prices known, over the whole run; None when a price is not known."""
    contamination: dict[str, float] = Field(default_factory=dict)
    """The share of test codes whose most similar code is above the threshold, before offending pairs are dropped."""


class OutcomeTally:
    """Counts outcomes one at a time, in flat memory."""

    def __init__(self) -> None:
        self.kept = 0
        self.discards: dict[str, Counter[str]] = {}
        self._criteria: Counter[str] = Counter()
        self._licenses: Counter[str] = Counter()
        self._languages: Counter[str] = Counter()
        self._tokens: dict[str, Counter[str]] = {}

    @property
    def discarded(self) -> int:
        """How many were discarded so far."""
        return sum(count.total() for count in self.discards.values())

    def keep(self, pair: PreferencePair) -> None:
        """Count a kept pair."""
        self.kept += 1
        self._criteria[pair.criterion.aspect or OTHER_CRITERION] += 1
        self._languages[pair.language] += 1
        self._licenses[pair.provenance.license or "none"] += 1

    def drop(self, discard: Discard) -> None:
        """Count a discard under the first words of its reason."""
        self.discards.setdefault(discard.stage, Counter())[discard.reason.partition(":")[0]] += 1

    def pay(self, calls: tuple[AnsweredCall, ...]) -> None:
        """Count the tokens of answered requests."""
        for call in calls:
            spent = self._tokens.setdefault(call.model, Counter())
            spent.update(calls=1, input=call.usage.input_tokens, output=call.usage.output_tokens)

    def tokens(self) -> dict[str, ModelTokens]:
        """Return the tokens by model."""
        return {model: ModelTokens(**spent) for model, spent in sorted(self._tokens.items())}

    def summary(
        self,
        method: str,
        *,
        rejections: CriticRejections | None,
        failed: int,
        complete: bool,
        not_seeds: Counter[str],
        usd: float | None,
        contamination: dict[str, float],
    ) -> EvolveSummary:
        """Return the summary of what was counted."""
        seeds = self.kept + self.discarded
        rejected = self.discards.get(rejections.stage, Counter[str]()).total() if rejections else None
        return EvolveSummary(
            method=method,
            seeds=seeds,
            kept=self.kept,
            discarded=self.discarded,
            failed=failed,
            complete=complete,
            filtered_by_critic=rejected / seeds if seeds and rejected is not None else None,
            filtered_in_paper=rejections.share_in_paper if rejections else None,
            discarded_by={stage: dict(reasons.most_common()) for stage, reasons in sorted(self.discards.items())},
            not_seeds=dict(not_seeds.most_common()),
            criteria=dict(self._criteria.most_common()),
            languages=dict(self._languages.most_common()),
            licenses=dict(self._licenses.most_common()),
            tokens=self.tokens(),
            usd=usd,
            contamination=contamination,
        )
