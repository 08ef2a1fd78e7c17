"""What a comparison is judged by: the four aspects of CodePrefBench, or any criterion in words.

Paper: section 3.1 (the three verifiable objectives and human preference). The wording here is ours.
"""

from enum import StrEnum
from typing import Literal

from codefavor.record import Record


class Aspect(StrEnum):
    """One of the benchmark's four objectives."""

    CORRECTNESS = "correctness"
    EFFICIENCY = "efficiency"
    SECURITY = "security"
    HUMAN_PREFERENCE = "human-preference"

    @property
    def verifiable(self) -> bool:
        """Whether a program can decide it: these three make the average, human preference stands beside it."""
        return self is not Aspect.HUMAN_PREFERENCE


VERIFIABLE_ASPECTS = tuple(aspect for aspect in Aspect if aspect.verifiable)


class Criterion(Record):
    """What makes one piece of code better than another, in words, and the aspect it belongs to if any."""

    text: str
    """The criterion as a judge reads it; empty in the ablation without one."""
    aspect: Aspect | None = None
    """The aspect that the text speaks of, when it is one of the four."""


_TEXTS = {
    Aspect.CORRECTNESS: "The better code does what the instruction asks for, runs without errors and has no bugs.",
    Aspect.EFFICIENCY: "The better code does the same work faster, and where both are as fast, with less memory.",
    Aspect.SECURITY: "The better code resists attacks and keeps to the usual rules of secure programming.",
    Aspect.HUMAN_PREFERENCE: "The better code is the one that a developer would rather use and maintain.",
}

GENERAL_CRITERION = Criterion(text="The better code is of higher quality.")
EMPTY_CRITERION = Criterion(text="")

Wording = Literal["given", "general", "empty"]
"""What a judge is told to judge by: the pair's own criterion, high quality in general, or nothing (paper, Table 5)."""


def worded(criterion: Criterion, wording: Wording) -> Criterion:
    """Return the criterion as it is, or the general or the empty one in its place, which belong to no aspect."""
    match wording:
        case "given":
            return criterion
        case "general":
            return GENERAL_CRITERION
        case "empty":
            return EMPTY_CRITERION


def criterion_for(aspect: Aspect) -> Criterion:
    """Return the standard criterion of an aspect."""
    return Criterion(text=_TEXTS[aspect], aspect=aspect)


def criterion_named(wording: str) -> Criterion:
    """Return the standard criterion of an aspect's name, or a criterion in any other words."""
    return criterion_for(Aspect(wording)) if wording in set(Aspect) else Criterion(text=wording)
