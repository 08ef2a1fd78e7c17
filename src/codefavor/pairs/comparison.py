"""The comparison: two candidates as a judge sees them, without a label and without an id that could leak one."""

from typing import Annotated, Literal

from pydantic import AfterValidator

from codefavor.languages.registry import canonical_name
from codefavor.pairs.criterion import Criterion
from codefavor.record import Record

LanguageName = Annotated[str, AfterValidator(canonical_name)]
"""The name of a programming language; any name of a known one becomes its canonical name."""

Side = Literal["A", "B"]
Choice = Literal["A", "B", "tie"]


def other_side(side: Side) -> Side:
    """Return the side across."""
    return "B" if side == "A" else "A"


class Comparison(Record):
    """Which of two candidates is better by a criterion?"""

    instruction: str
    """What the code was to do."""
    criterion: Criterion
    """What "better" means here."""
    code_a: str
    """Candidate A."""
    code_b: str
    """Candidate B."""
    language: LanguageName = "python"
    """The programming language of both candidates, as `languages.registry` names it."""

    def swapped(self) -> "Comparison":
        """Return the same comparison with the candidates exchanged."""
        return self.model_copy(update={"code_a": self.code_b, "code_b": self.code_a})


class LabeledComparison(Record):
    """A comparison whose answer is known."""

    id: str
    """A name for the task that is unique in its file; judges never see it."""
    comparison: Comparison
    """What the judge sees."""
    label: Side
    """The better candidate."""
    group: str
    """The problem behind the task: the cluster of the statistics, the unit of splits."""

    def swapped(self) -> "LabeledComparison":
        """Return the same task with the candidates exchanged."""
        return self.model_copy(update={"comparison": self.comparison.swapped(), "label": other_side(self.label)})
