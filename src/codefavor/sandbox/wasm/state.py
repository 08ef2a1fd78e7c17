"""What the functions of one guest share."""

from codefavor.sandbox.wasm.clock import VirtualClock
from codefavor.sandbox.wasm.descriptor_table import DescriptorTable
from codefavor.sandbox.wasm.errors import Errno, WasiError
from codefavor.sandbox.wasm.files import MemoryFiles
from codefavor.sandbox.wasm.memory import GuestMemory
from codefavor.sandbox.wasm.refusals import Refusals


class GuestState:
    """The memory, files, descriptors, clock and refusals of one guest."""

    def __init__(self, files: MemoryFiles, descriptors: DescriptorTable) -> None:
        self.files = files
        self.descriptors = descriptors
        self.clock = VirtualClock()
        self.refusals = Refusals()
        self.attached: GuestMemory | None = None

    @property
    def memory(self) -> GuestMemory:
        """The memory of the instance; FAULT as long as there is none."""
        if self.attached is None:
            raise WasiError(Errno.FAULT)
        return self.attached
