"""Programs that attack the wasm engine from inside a guest, and harmless ones that have to run there.

An attack ends well only if it got through: it tries one way after the other and raises when none works. `{...}` is
filled in with what it is aimed at.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class AttackPrograms:
    """The programs in one language."""

    attacks: Mapping[str, str]
    """By what they are after."""
    random: str
    """Prints random bytes of all sources: two runs must print the same."""
    controls: Mapping[str, str]
    """Harmless programs, which use what the attacks use."""
    marked: str
    """A candidate whose memory holds `{marker}`."""
    thief: str
    """Searches everything in reach for two halves of a marker that stand side by side, and prints where it found them;
    it raises when it does not find `{own}`, which is in its own memory."""
