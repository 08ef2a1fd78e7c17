"""What an evolver is: a seed goes in, a preference pair or a discard with its reason comes out."""

from typing import Protocol, TypeVar

from codefavor.llm.protocol import Message
from codefavor.pairs.pair import PreferencePair
from codefavor.record import Record

SeedT_contra = TypeVar("SeedT_contra", contravariant=True)


class Discard(Record):
    """A seed that gave no pair."""

    source_id: str
    """The seed's id within its source."""
    stage: str
    """Where it fell out: a stage of the evolver or the name of a filter."""
    reason: str
    """Why, in one sentence."""
    transcript: tuple[Message, ...] = ()
    """The conversation up to then, where a model was asked."""


class Evolver(Protocol[SeedT_contra]):
    """Anything that makes a pair from a seed."""

    @property
    def name(self) -> str:
        """The method that the pairs' provenance carries."""

    async def evolve(self, seed: SeedT_contra) -> PreferencePair | Discard:
        """Return the pair made from `seed`, or why there is none.

        Raises:
            ModelError: a model failed for good; the seed is neither kept nor discarded and can be tried again.
        """
