"""The circumstance: why a kind of evidence is not available. It is never a candidate's fault."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from codefavor.record import Record

EvidencePart = Literal["examples", "behaviour", "cost", "findings"]
"""A kind of evidence: worked examples, generated inputs, work on growing inputs, what the analysers find."""


class CircumstanceCode(StrEnum):
    """Why a kind of evidence is not available. None of these says anything of a candidate."""

    LANGUAGE_NOT_RUN = "language-not-run"
    """Code in the language `name` is not run."""
    LANGUAGE_NOT_ANALYSED = "language-not-analysed"
    """Code in the language `name` is not analysed."""
    NO_ENTRY_POINT = "no-entry-point"
    """No function to call is known to both candidates."""
    NO_EXAMPLES = "no-examples"
    """The instruction shows no worked example."""
    EXAMPLES_IN_DOUBT = "examples-in-doubt"
    """`count` examples fail with both candidates and do not count."""
    NOT_LOADED = "not-loaded"
    """A candidate cannot be loaded, so that there is nothing to compare."""
    NO_ARGUMENTS = "no-arguments"
    """The function `name` takes no arguments to vary."""
    NO_GROWING_INPUTS = "no-growing-inputs"
    """No growing inputs could be run."""
    CRITERION_NOT_TESTABLE = "criterion-not-testable"
    """Running both says nothing about the criterion."""
    NOT_RUN = "not-run"
    """It was not run; `detail` says why."""
    STOPPED = "stopped"
    """It was stopped after `seconds` of processor time."""
    GUESSED_ARGUMENTS = "guessed-arguments"
    """On guessed arguments the difference in work is too small to tell."""
    NEEDS_ITS_MODULE = "needs-its-module"
    """It cannot be loaded outside its module; `detail` is the error."""
    ANALYSIS_FAILED = "analysis-failed"
    """The analysis itself broke with an exception of the type `name`."""


class Circumstance(Record):
    """A kind of evidence that is not available, and why."""

    part: EvidencePart
    """Which kind."""
    code: CircumstanceCode
    """Why."""
    name: str | None = None
    """The language, function or exception that it is about."""
    count: Annotated[int, Field(ge=0)] | None = None
    """How many, where something is counted."""
    seconds: Annotated[float, Field(ge=0)] | None = None
    """How long, where something was stopped."""
    detail: str | None = None
    """What else is known, in the words of where it comes from."""
