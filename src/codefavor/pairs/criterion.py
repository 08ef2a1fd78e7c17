"""What a comparison is judged by: a criterion in any words, and the aspect that it belongs to, if to any.

An aspect says what evidence can decide. Words that do not clearly mean one aspect have none, and evidence abstains.
Paper: section 3.1 (the three verifiable objectives and human preference). The wording here is ours.
"""

import re
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
    """The aspect that the text is about, when it is one of the four."""

    @property
    def key(self) -> str:
        """A short name for tables: the aspect, or the first words of the text joined by hyphens."""
        if self.aspect:
            return self.aspect.value
        words = _WORD.findall(self.text.lower())
        return "-".join(words[:_KEY_WORDS]) or "no-criterion"


_TEXTS = {
    Aspect.CORRECTNESS: "The better code does what the instruction asks for, runs without errors and has no bugs.",
    Aspect.EFFICIENCY: "The better code does the same work faster, and where both are as fast, with less memory.",
    Aspect.SECURITY: "The better code resists attacks and keeps to the usual rules of secure programming.",
    Aspect.HUMAN_PREFERENCE: "The better code is the one that a developer would rather use and maintain.",
}

GENERAL_CRITERION = Criterion(text="The better code is of higher quality.")
EMPTY_CRITERION = Criterion(text="")

Wording = Literal["given", "general", "empty"]
"""What a judge is to judge by: the pair's own criterion, high quality in general, or nothing (paper, Table 5)."""


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


def resolve_criterion(text: str) -> Criterion:
    """Return the criterion that a user means by a name or by words.

    The name of an aspect in any writing ("Security", "human preference") is that aspect's standard criterion. Other
    words are kept as they are, with an aspect where they clearly mean one; see `aspect_of_words`.
    """
    name = "-".join(_WORD.findall(text.lower()))
    if name in set(Aspect):
        return criterion_for(Aspect(name))
    return Criterion(text=text, aspect=aspect_of_words(text))


def aspect_of_words(text: str) -> Aspect | None:
    """Return the verifiable aspect that words clearly mean; None where they mean several, others, or not one of them.

    "Which code is more secure against SQL injection?" means security; "fast and readable", "robust" and "ignore speed"
    mean none: a criterion judged by what it does not ask for would be wrong, and one without an aspect is only silent.
    """
    if _AGAINST.search(text) or _OTHER_WISHES.search(text):
        return None
    meant = [aspect for aspect, pattern in _MEANINGS.items() if pattern.search(text)]
    return meant[0] if len(meant) == 1 else None


_WORD = re.compile(r"[^\W_]+")
_KEY_WORDS = 5


def _words_beginning(stems: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{stems})", re.IGNORECASE)


_MEANINGS = {
    Aspect.CORRECTNESS: _words_beginning(
        r"correct|bugs?\b|buggy|wrong|right (?:answers?|results?)|edge[ -]cases?|crash|fails?\b"
        r"|runtime (?:error|exception)|pass(?:es)? (?:all |the |more )*tests?\b|expected (?:outputs?|results?|values?)"
    ),
    Aspect.EFFICIENCY: _words_beginning(
        r"efficien|fast|speed|performan|(?:time|computational) complexity"
        r"|run(?:ning)?[ -]?time\b(?! (?:error|exception))"
        r"|less (?:memory|time)|quadratic|slow|redundant comput|scal(?:es|able|ability)"
    ),
    Aspect.SECURITY: _words_beginning(
        r"secur|insecur|(?:sql|code|command|shell|html|script|header|template|ldap|xpath)[ -]injection|injection attack"
        r"|attack|vulnerab|exploitab|untrusted|sanitiz|sanitis|path traversal|xss\b|csrf\b"
    ),
}
_OTHER_WISHES = _words_beginning(
    r"robust|error handling|graceful|readab|concis|short|brev|pythonic|idiom|clean|clear|simpl|elegan|maintain|modular"
    r"|reus|style|document|consisten|complete|features?\b|flexib|extend|extensib|test(?:able|ability)|prefer|comments?\b"
    r"|nam(?:es|ing)\b|develop|programmer|newcomer|grammar|spelling|indent|format"
    r"|to (?:read|write|understand|learn|implement|explain|change)\b"
)
_AGAINST = _words_beginning(
    r"not\b|no matter|ignor|regardless|irrespective|rather than|instead of|except\b|without|unless|despite|don.t|never"
)
