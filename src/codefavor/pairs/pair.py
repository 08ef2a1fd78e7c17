"""The preference pair: one instruction, one criterion, and two pieces of code of which one was found better."""

from typing import Self

from pydantic import model_validator

from codefavor.pairs.comparison import Comparison, LabeledComparison, LanguageName, Side
from codefavor.pairs.criterion import Criterion
from codefavor.pairs.evidence import Evidence
from codefavor.record import Record, content_digest


class Provenance(Record):
    """Where a pair comes from."""

    method: str
    """What made the pair: commit-instruct, critic-evol, regress-evol/<operator>, or the name of an imported format."""
    source: str
    """The corpus: a repository, a distribution with its version, a file."""
    source_id: str
    """The commit, function or problem within the source; pairs that share it stay on one side of every split."""
    license: str | None = None
    """The SPDX identifier or the name that the source gives its licence."""
    model: str | None = None
    """The model that wrote or criticised the code, when one did."""

    @property
    def group(self) -> str:
        """The unit of splits and of clustered statistics."""
        return f"{self.source}:{self.source_id}"


class PreferencePair(Record):
    """A pair of which `chosen` is better than `rejected` by `criterion`."""

    instruction: str
    """What the code was to do."""
    criterion: Criterion
    """What "better" means here."""
    chosen: str
    """The better code."""
    rejected: str
    """The worse code."""
    feedback: str | None = None
    """Why, in words that call the two codes "chosen" and "rejected"."""
    language: LanguageName = "python"
    """The programming language of both codes, as `languages.registry` names it."""
    provenance: Provenance
    """Where the pair comes from."""
    evidence: Evidence | None = None
    """What running and analysing both showed; its candidate A is `chosen`, B is `rejected`."""

    @model_validator(mode="after")
    def _codes_differ(self) -> Self:
        if self.chosen == self.rejected:
            raise ValueError("chosen and rejected are the same text, so nothing can be preferred")
        return self

    @property
    def id(self) -> str:
        """A name that depends on what is compared, and neither on provenance nor on evidence attached later."""
        criterion = self.criterion.model_dump(mode="json")
        return content_digest([self.instruction, criterion, self.chosen, self.rejected, self.language])

    def present(self, chosen_at: Side) -> LabeledComparison:
        """Return the pair as a comparison that shows the chosen code as `chosen_at`."""
        code_a, code_b = (self.chosen, self.rejected) if chosen_at == "A" else (self.rejected, self.chosen)
        comparison = Comparison(
            instruction=self.instruction,
            criterion=self.criterion,
            code_a=code_a,
            code_b=code_b,
            language=self.language,
        )
        return LabeledComparison(id=self.id, comparison=comparison, label=chosen_at, group=self.provenance.group)
