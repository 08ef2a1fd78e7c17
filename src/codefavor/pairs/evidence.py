"""The evidence record: what running and analysing two candidates showed. The evidence room fills it in."""

from typing import Annotated, Literal

from pydantic import Field

from codefavor.pairs.finding import Finding
from codefavor.record import Record

Count = Annotated[int, Field(ge=0)]
IncidentKind = Literal["crash", "undefined name", "wrong type", "endless", "changed arguments"]


class FailedExample(Record):
    """A worked example of the instruction that a candidate fails: the witness."""

    call: str
    """What was called."""
    expected: str
    """What the instruction says should come of it."""
    got: str
    """What came of it: a value, or the last line of a traceback."""


class Incident(Record):
    """Something that happened on a generated input."""

    kind: IncidentKind
    """What happened: an exception, one over a name that has no value, a result of a type unlike the examples', work
    without end, changed arguments."""
    call: str
    """The call on which it did, made small."""
    detail: str
    """What came of it."""


class Work(Record):
    """What one call cost."""

    size: Count
    """The size of the input: the length of collections, the magnitude of numbers."""
    opcodes: Count | None
    """Bytecode instructions executed, the same in every run; blind to work inside C functions."""
    nanoseconds: Count | None
    """Processor time, the least of several runs."""
    cost: Count | None = None
    """What C functions did, in the bytecode instructions that would take as long; None where it was not measured."""

    @property
    def counted(self) -> int | None:
        """Instructions with what C functions cost: all work that can be counted, the same in every run."""
        return None if self.opcodes is None else self.opcodes + (self.cost or 0)


class Growth(Record):
    """How work grows with the size of the input: as size to the power of `exponent`."""

    exponent: float
    """The slope on doubly logarithmic paper, over the largest inputs."""
    error: Annotated[float, Field(ge=0)]
    """The standard error of the slope."""


class WorkBalance(Record):
    """What the work of both, over all growing inputs, says of each other."""

    cheaper: Literal["A", "B"] | None = None
    """The candidate that clearly does less; None where it is too close to call."""
    log_time: float = 0.0
    """The natural logarithm of A's processor time over B's, on the largest inputs that both finish."""
    log_count: float = 0.0
    """The same of counted work: bytecode instructions with what C functions cost."""

    def swapped(self) -> "WorkBalance":
        """Return the same balance with the candidates exchanged."""
        cheaper: Literal["A", "B"] | None = None if self.cheaper is None else "B" if self.cheaper == "A" else "A"
        return WorkBalance(cheaper=cheaper, log_time=-self.log_time, log_count=-self.log_count)


class Difference(Record):
    """An input on which the candidates disagree, made small. By itself it names no winner."""

    call: str
    """What was called."""
    a: str
    """What came of it with candidate A."""
    b: str
    """What came of it with candidate B."""

    def swapped(self) -> "Difference":
        """Return the same difference with the candidates exchanged."""
        return self.model_copy(update={"a": self.b, "b": self.a})


class Missing(Record):
    """A kind of evidence that could not be had."""

    part: Literal["syntax", "examples", "behaviour", "cost", "findings"]
    """Which kind."""
    reason: str
    """Why, in a sentence."""


class CandidateEvidence(Record):
    """What is known of one candidate."""

    parses: bool
    """Whether it is Python 3 source."""
    problems: tuple[str, ...] = ()
    """What is wrong without running it, a sentence each."""
    load_error: str | None = None
    """Why the code cannot be loaded, where it cannot."""
    examples_passed: Count = 0
    """How many worked examples it passes."""
    examples_failed: tuple[FailedExample, ...] = ()
    """The worked examples that it fails."""
    incidents: tuple[Incident, ...] = ()
    """What happened on generated inputs."""
    work: tuple[Work, ...] = ()
    """What growing inputs cost."""
    growth: Growth | None = None
    """How that cost grows, where the inputs show it."""
    findings: tuple[Finding, ...] = ()
    """What the analyser says."""


class Evidence(Record):
    """What is known of both candidates, and what could not be found out."""

    a: CandidateEvidence
    """Candidate A (of a preference pair: the chosen code)."""
    b: CandidateEvidence
    """Candidate B (of a preference pair: the rejected code)."""
    entry: str | None = None
    """The function that was called."""
    inputs: Count = 0
    """On how many generated inputs both were run."""
    disagreements: Count = 0
    """On how many of them they differ."""
    differences: tuple[Difference, ...] = ()
    """Some of those inputs, made small."""
    balance: WorkBalance | None = None
    """What their work says of each other, where it was measured."""
    missing: tuple[Missing, ...] = ()
    """What could not be had, with the reason."""
    unsafe: bool = False
    """Whether the candidates ran without a full sandbox, by the user's leave."""

    def swapped(self) -> "Evidence":
        """Return the same evidence with the candidates exchanged."""
        differences = tuple(difference.swapped() for difference in self.differences)
        balance = self.balance.swapped() if self.balance else None
        return self.model_copy(update={"a": self.b, "b": self.a, "differences": differences, "balance": balance})
