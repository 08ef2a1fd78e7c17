"""The evidence record: what running and analysing two candidates showed, as codes with witnesses.

A fact is about a candidate. A circumstance is about what could not be found out, and counts for neither. Sentences are
made of both in `codefavor.evidence.words`, where they are shown.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from codefavor.pairs.circumstance import Circumstance, CircumstanceCode
from codefavor.pairs.fact import Fact, FactCode
from codefavor.pairs.finding import Finding
from codefavor.record import Record

Count = Annotated[int, Field(ge=0)]


class OutcomeCode(StrEnum):
    """How a call, or loading the code, ended."""

    RETURNED = "returned"
    RAISED = "raised"
    TOO_LARGE = "too-large"
    """It returned a value that is too large to show."""
    EXHAUSTED = "exhausted"
    """It was stopped for too much work."""
    TIMED_OUT = "timed-out"
    """It was stopped by the clock: a circumstance."""
    DIED = "died"
    """Its process, or its guest, ended."""
    NOT_RUN = "not-run"


class Observed(Record):
    """What came of a call, or of loading the code."""

    code: OutcomeCode
    """How it ended."""
    text: str = ""
    """The value as Python writes it, or the message of the exception, cut to a line."""
    exception: str | None = None
    """The type of the exception, where one was raised."""


class FailedExample(Record):
    """A worked example of the instruction that a candidate fails: the witness."""

    call: str
    """What was called."""
    expected: str
    """What the instruction says should come of it: a value, a text, or the name of an exception."""
    got: Observed
    """What came of it."""


class IncidentCode(StrEnum):
    """What goes wrong with one candidate alone."""

    CRASH = "crash"
    """An exception, or the end of the process."""
    UNDEFINED_NAME = "undefined-name"
    """A name that has no value."""
    WRONG_TYPE = "wrong-type"
    """A result of a type that no worked example shows."""
    ENDLESS = "endless"
    """Work without end, or far more than the other candidate needs."""
    CHANGED_ARGUMENTS = "changed-arguments"
    """Arguments that are not what they were."""


class Incident(Record):
    """Something that goes wrong with a candidate and not with the other."""

    code: IncidentCode
    """What goes wrong."""
    call: str | None = None
    """The call on which it does, made small; None where reading the code shows it."""
    got: Observed | None = None
    """What came of the call."""
    name: str | None = None
    """The name without a value, where reading the code shows it."""


class Work(Record):
    """What one call cost."""

    size: Count
    """The size of the input: the length of collections, the magnitude of numbers."""
    fuel: Count
    """WebAssembly instructions of the call alone: the same in every run, on every machine."""


class Growth(Record):
    """How work grows with the size of the input: as size to the power of `exponent`."""

    exponent: float
    """The slope on doubly logarithmic paper, over the largest inputs."""
    error: Annotated[float, Field(ge=0)]
    """The standard error of the slope."""


WorkDoubt = Literal["results", "hidden", "further"]
"""Why less work says nothing: on larger inputs the results differ, or the other alone has one; as much work may be
hidden in loading or in the harness's part of a call; the other gets further before it is too much."""


class WorkComparison(Record):
    """What the work of both, over all growing inputs, says of each other."""

    cheaper: Literal["A", "B"] | None = None
    """The candidate that clearly does less; None where it is too close to call."""
    log_ratio: float = 0.0
    """The natural logarithm of A's work over B's, on the largest inputs that both finish; 0 where it is in doubt."""
    doubt: WorkDoubt | None = None
    """Why the work that was measured says nothing, where it would have named a candidate."""

    def swapped(self) -> "WorkComparison":
        """Return the same comparison with the candidates exchanged."""
        cheaper: Literal["A", "B"] | None = None if self.cheaper is None else "B" if self.cheaper == "A" else "A"
        return WorkComparison(cheaper=cheaper, log_ratio=-self.log_ratio, doubt=self.doubt)


class Difference(Record):
    """An input on which the candidates disagree, made small. By itself it names no winner."""

    call: str
    """What was called."""
    a: Observed
    """What came of it with candidate A."""
    b: Observed
    """What came of it with candidate B."""

    def swapped(self) -> "Difference":
        """Return the same difference with the candidates exchanged."""
        return self.model_copy(update={"a": self.b, "b": self.a})


class CandidateEvidence(Record):
    """What is known of one candidate."""

    facts: tuple[Fact, ...] = ()
    """What reading it shows."""
    load_failure: Observed | None = None
    """What came of loading the code, where it cannot be loaded."""
    examples_passed: Count = 0
    """How many worked examples it passes."""
    examples_failed: tuple[FailedExample, ...] = ()
    """The worked examples that it fails."""
    incidents: tuple[Incident, ...] = ()
    """What went wrong on generated inputs."""
    work: tuple[Work, ...] = ()
    """What growing inputs cost."""
    growth: Growth | None = None
    """How that cost grows, where the inputs show it."""
    findings: tuple[Finding, ...] = ()
    """What the analyser says."""

    def has_fact(self, code: FactCode) -> bool:
        """Return whether a fact of this code is known of it."""
        return any(fact.code is code for fact in self.facts)

    @property
    def parses(self) -> bool:
        """Whether nothing says that it does not parse."""
        return not self.has_fact(FactCode.SYNTAX_ERROR)


class Evidence(Record):
    """What is known of both candidates, and what could not be found out."""

    a: CandidateEvidence
    """Candidate A (of a preference pair: the chosen code)."""
    b: CandidateEvidence
    """Candidate B (of a preference pair: the rejected code)."""
    entry_point: str | None = None
    """The function that was called."""
    inputs: Count = 0
    """On how many generated inputs both were run."""
    disagreements: Count = 0
    """On how many of them they differ."""
    differences: tuple[Difference, ...] = ()
    """Some of those inputs, made small."""
    work_comparison: WorkComparison | None = None
    """What their work says of each other, where it was measured."""
    circumstances: tuple[Circumstance, ...] = ()
    """What is not available, and why."""
    engine: str | None = None
    """What ran the candidates: engine, interpreter and versions; None where nothing was run."""
    unsafe: bool = False
    """Whether the candidates ran without a sandbox, by the user's leave."""

    @model_validator(mode="before")
    @classmethod
    def _refuse_old(cls, data: Any) -> Any:
        sides = [data.get("a"), data.get("b")] if isinstance(data, dict) else []
        if any(isinstance(side, dict) and "parses" in side for side in sides):
            raise ValueError(
                "this evidence was written by codefavor 0.1, which kept sentences where there are codes now; "
                "take it out of the file and collect it again (of pairs: `codefavor pairs verify`)"
            )
        return data

    def has_circumstance(self, *codes: CircumstanceCode) -> bool:
        """Return whether something is not available for one of these reasons."""
        return any(circumstance.code in codes for circumstance in self.circumstances)

    def swapped(self) -> "Evidence":
        """Return the same evidence with the candidates exchanged."""
        return self.model_copy(
            update={
                "a": self.b,
                "b": self.a,
                "differences": tuple(difference.swapped() for difference in self.differences),
                "work_comparison": self.work_comparison.swapped() if self.work_comparison else None,
            }
        )
