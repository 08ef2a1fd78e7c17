"""Every kind of judge that codefavor has; further ones come from other packages (`codefavor.judges.plugin`).

A kind is one value in a file of its own; to add one, write that file and list it here.
"""

from codefavor.judges.baseline import CHANCE, FIRST, LONGER, SHORTER
from codefavor.judges.cascade import CASCADE
from codefavor.judges.chat_kind import CHAT
from codefavor.judges.evidence_kind import EVIDENCE
from codefavor.judges.external_kinds import LIKELIHOOD, PREFERENCE, SCORES
from codefavor.judges.grounded_kind import GROUNDED
from codefavor.judges.human_votes import VOTES
from codefavor.judges.kind import JudgeKind
from codefavor.judges.model_kind import BF16, INT8, MODEL

KINDS: tuple[JudgeKind, ...] = (
    SHORTER,
    LONGER,
    FIRST,
    CHANCE,
    EVIDENCE,
    GROUNDED,
    MODEL,
    INT8,
    BF16,
    VOTES,
    CASCADE,
    CHAT,
    SCORES,
    PREFERENCE,
    LIKELIHOOD,
)
"""Every kind, in the order in which they are listed."""

_BY_NAME = {kind.name: kind for kind in KINDS}

KNOWN_SPECS = tuple(form for kind in KINDS for form in kind.forms)
"""The forms that a spec can take, besides those that other packages add."""

OWN_NAMES = frozenset(_BY_NAME)
"""The names that no other package can take."""


def kind_named(name: str) -> JudgeKind | None:
    """Return a kind by its name; None where there is none."""
    return _BY_NAME.get(name)


def runs_code(spec: str) -> bool:
    """Return whether the judge of a spec runs code, or may run it; judges of other packages may."""
    name, _, argument = spec.partition(":")
    kind = kind_named(name)
    return kind is None or kind.runs_code(argument, runs_code)


def loads_weights(spec: str) -> bool:
    """Return whether the judge of a spec, or one that it is made of, loads weights."""
    names = {part.rpartition(">")[2].strip() for part in spec.split(":")[:-1]}
    return any(kind is not None and kind.loads_weights for kind in map(kind_named, names))
