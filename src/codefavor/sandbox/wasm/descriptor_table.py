"""The open descriptors of a guest by number."""

from collections.abc import Mapping

from codefavor.sandbox.wasm.channel import Channel
from codefavor.sandbox.wasm.descriptors import Descriptor, HostChannel, Input, Output
from codefavor.sandbox.wasm.errors import Errno, WasiError
from codefavor.sandbox.wasm.files import MemoryFiles
from codefavor.sandbox.wasm.open_nodes import OpenDirectory


class DescriptorTable:
    """The open descriptors by number: the three streams, 3 for the root of the files, then the host's channels."""

    def __init__(
        self, streams: tuple[Input, Output, Output], files: MemoryFiles, channels: Mapping[int, Channel]
    ) -> None:
        self._files = files
        self._open: dict[int, Descriptor] = dict(enumerate(streams))
        self._open[3] = OpenDirectory(files.root, fixed=True)
        for number, channel in channels.items():
            if number in self._open:
                raise ValueError(f"descriptor {number} is taken and cannot be a channel; use 4 or above")
            self._open[number] = HostChannel(channel)

    def get(self, number: int) -> Descriptor:
        """Return what `number` stands for; BADF where it is not open."""
        descriptor = self._open.get(number)
        if descriptor is None:
            raise WasiError(Errno.BADF)
        return descriptor

    def directory(self, number: int) -> OpenDirectory:
        """Return the open directory `number`; NOTDIR where it is something else."""
        descriptor = self.get(number)
        if not isinstance(descriptor, OpenDirectory):
            raise WasiError(Errno.NOTDIR)
        return descriptor

    def require_free(self) -> None:
        """Raise MFILE where as many are open as may be."""
        if len(self._open) >= self._files.max_descriptors:
            raise WasiError(Errno.MFILE)

    def add(self, descriptor: Descriptor) -> int:
        """Give `descriptor` the lowest free number."""
        number = next(number for number in range(len(self._open) + 1) if number not in self._open)
        self._open[number] = descriptor
        return number

    def close(self, number: int) -> None:
        """Close `number`; PERM where it belongs to the host."""
        self._own(number).close()
        del self._open[number]

    def renumber(self, number: int, target: int) -> None:
        """Let `target` stand for what `number` stands for, and close `number`; both must be open."""
        descriptor, replaced = self._own(number), self._own(target)
        if number == target:
            return
        replaced.close()
        self._open[target] = descriptor
        del self._open[number]

    def _own(self, number: int) -> Descriptor:
        descriptor = self.get(number)
        if descriptor.fixed:
            raise WasiError(Errno.PERM)
        return descriptor
