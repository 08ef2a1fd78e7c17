"""What the functions of one guest share."""

from codefavor.sandbox.wasm.clock import VirtualClock
from codefavor.sandbox.wasm.descriptor_table import DescriptorTable
from codefavor.sandbox.wasm.errors import Errno, WasiError
from codefavor.sandbox.wasm.files import MemoryFiles
from codefavor.sandbox.wasm.memory import GuestMemory
from codefavor.sandbox.wasm.refusals import Refusals

FUEL_OF_AN_ITEM = 2_000
"""Fuel of one buffer or subscription of a call that takes many: about what the host takes for it."""


class GuestState:
    """The memory, files, descriptors, clock and refusals of one guest."""

    def __init__(self, files: MemoryFiles, descriptors: DescriptorTable) -> None:
        self.files = files
        self.descriptors = descriptors
        self.clock = VirtualClock()
        self.refusals = Refusals()
        self.attached: GuestMemory | None = None
        self.work = 0
        """What the host did for the guest and has not charged yet, in fuel."""

    @property
    def memory(self) -> GuestMemory:
        """The memory of the instance; FAULT as long as there is none."""
        if self.attached is None:
            raise WasiError(Errno.FAULT)
        return self.attached
