"""What clients ask the server and what they are answered; the OpenAPI document is made from these records."""

from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from codefavor.errors import UserError
from codefavor.evidence.describe import describe
from codefavor.languages.registry import BUILT_IN, language_named
from codefavor.pairs.comparison import Choice, Comparison
from codefavor.pairs.criterion import Aspect, resolve_criterion
from codefavor.pairs.evidence import Evidence
from codefavor.pairs.presentation import CommentPolicy
from codefavor.pairs.verdict import Cost, Verdict
from codefavor.record import Record

LONGEST_CODE = 200_000
"""Characters of one candidate: analysing it takes time that nobody can take back."""

Code = Annotated[str, StringConstraints(max_length=LONGEST_CODE)]
Instruction = Annotated[str, StringConstraints(max_length=50_000)]
Words = Annotated[str, StringConstraints(min_length=1, max_length=4_000)]
CRITERION_HELP = (
    f"An aspect ({', '.join(Aspect)}), or any other words. Words that clearly mean an aspect are judged as it; "
    "by others, a judge of evidence is undecided."
)
LANGUAGE_HELP = f"Any name of a known one: {', '.join(language.name for language in BUILT_IN)}."


def _known_language(name: str) -> str:
    try:
        return language_named(name).name
    except UserError as error:
        raise ValueError(str(error)) from None


LanguageField = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40),
    AfterValidator(_known_language),
    Field(
        description=f"The programming language of the candidates. {LANGUAGE_HELP}", examples=["python", "javascript"]
    ),
]


class CompareRequest(Record):
    """Which of two candidates is better?"""

    instruction: Instruction
    """What the code was to do."""
    code_a: Code
    """Candidate A."""
    code_b: Code
    """Candidate B."""
    criterion: Annotated[Words, Field(description=f"What better means. {CRITERION_HELP}")] = Aspect.CORRECTNESS.value
    language: LanguageField = "python"
    comments: CommentPolicy = "stripped"
    """Whether the judge reads comments; they are stripped for the three verifiable aspects only."""

    def comparison(self) -> Comparison:
        """Return the comparison that is asked about, comments included."""
        return Comparison(
            instruction=self.instruction,
            criterion=resolve_criterion(self.criterion),
            code_a=self.code_a,
            code_b=self.code_b,
            language=self.language,
        )


class CompareAnswer(Record):
    """The judge's verdict."""

    choice: Choice | None
    """The better side or "tie"; null means that the judge has no answer, which is not a tie."""
    prob_a: Annotated[float, Field(ge=0, le=1)] | None
    """The probability that A is better, from judges that have one."""
    undecided: str | None
    """Why there is no choice."""
    judge: str
    """The judge's name."""
    feedback: str | None
    """The judge's reasoning, where it gives any."""
    account: tuple[str, ...]
    """The evidence in words, one line for each fact."""
    evidence: Evidence | None
    """What was run and analysed, where anything was."""
    cost: Cost | None
    """What the verdict cost, where it was measured."""

    @classmethod
    def of(cls, verdict: Verdict) -> Self:
        """Return the answer that a verdict gives."""
        return cls(
            choice=verdict.choice,
            prob_a=verdict.prob_a,
            undecided=verdict.undecided,
            judge=verdict.judge,
            feedback=verdict.feedback,
            account=tuple(describe(verdict.evidence)) if verdict.evidence else (),
            evidence=verdict.evidence,
            cost=verdict.cost,
        )


class Health(Record):
    """That the server is alive, and how busy."""

    judge: str
    """The judge's name."""
    waiting: Annotated[int, Field(ge=0)]
    """Comparisons that wait for the judge."""
    version: str
    """The version of codefavor."""


class Refusal(Record):
    """Why a request was not answered."""

    model_config = ConfigDict(title="Refusal")

    detail: str
    """One sentence."""
