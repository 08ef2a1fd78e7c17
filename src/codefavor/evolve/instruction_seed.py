"""The seed of Critic-Evol: one instruction, wherever it comes from, with a draft where there is one already."""

from codefavor.record import Record


class InstructionSeed(Record):
    """One instruction to write code."""

    source: str
    """The data set or repository."""
    source_id: str
    """Its name within the source."""
    license: str | None
    """The licence of the source, as an SPDX identifier where it is known."""
    instruction: str
    """What is to be written."""
    draft: str | None = None
    """A draft that was written before; None asks the draft model for one."""
