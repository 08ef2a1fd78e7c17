"""What a criterion in a critic's own words is about: one of the benchmark's aspects, or another kind.

Told by key words, so it is a rough count for summaries and a label where it is unambiguous; no model is asked.
"""

import re

from codefavor.pairs.criterion import Aspect, Criterion

_STEMS = {
    Aspect.CORRECTNESS.value: r"correct|bug|wrong|edge case|accura|crash|fails?\b|every (?:input|case)|expected result",
    Aspect.EFFICIENCY.value: r"efficien|fast|speed|performan|time complexity|running time|memory|quadratic|linear|slow"
    r"|redundant comput|scal(?:e|able|ability)",
    Aspect.SECURITY.value: r"secur|inject|attack|vulnerab|untrusted|sanitiz|escap(?:e|ing)|password|secret|traversal",
    "robustness": r"robust|error handling|exception|validat|invalid|missing|fallback|graceful",
    "readability": r"readab|concis|pythonic|idiom|clean|clear|simpl|duplicat|maintain|modular|reus|style|document"
    r"|self-contained|consisten",
    "completeness": r"complete|functional|feature|support|flexib|configur|option|compatib|extend|extensib",
}
_PATTERNS = {kind: re.compile(rf"\b(?:{stems})", re.IGNORECASE) for kind, stems in _STEMS.items()}
OTHER = "other"


def criterion_kind(text: str) -> str:
    """Return the kind whose key words a criterion uses most, the first in doubt, or "other"."""
    counts = {kind: len(pattern.findall(text)) for kind, pattern in _PATTERNS.items()}
    best = max(counts, key=lambda kind: counts[kind])
    return best if counts[best] else OTHER


def criterion_of(text: str) -> Criterion:
    """Return a criterion, with its aspect where its words speak of one aspect only."""
    spoken_of = [aspect for aspect in Aspect if aspect.value in _PATTERNS and _PATTERNS[aspect.value].search(text)]
    aspect = spoken_of[0] if len(spoken_of) == 1 and criterion_kind(text) == spoken_of[0].value else None
    return Criterion(text=text, aspect=aspect)
