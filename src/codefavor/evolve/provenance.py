"""Where a pair comes from, taken from the seed that it was made of."""

from typing import Protocol

from codefavor.pairs.pair import Provenance


class Sourced(Protocol):
    """A seed that says where it comes from."""

    @property
    def source(self) -> str:
        """The repository, distribution or data set."""

    @property
    def source_id(self) -> str:
        """Its name within the source."""

    @property
    def license(self) -> str | None:
        """The licence of the source."""


def provenance_of(seed: Sourced, method: str, model: str | None = None) -> Provenance:
    """Return the provenance of a pair that `method` made of `seed`, with the model that wrote or criticised code."""
    return Provenance(method=method, source=seed.source, source_id=seed.source_id, license=seed.license, model=model)
