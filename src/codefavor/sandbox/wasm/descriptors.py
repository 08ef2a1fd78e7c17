"""What a descriptor of a guest can stand for, and the table of them."""

from collections.abc import Mapping
from enum import IntEnum

from codefavor.sandbox.wasm.channel import Channel
from codefavor.sandbox.wasm.errors import Errno, WasiError
from codefavor.sandbox.wasm.files import MemoryFiles
from codefavor.sandbox.wasm.nodes import Directory, File, Node

APPEND = 1
RIGHT_READ = 1 << 1
RIGHT_WRITE = 1 << 6
ALL_RIGHTS = (1 << 64) - 1
_MAX_OFFSET = 1 << 62


class FileType(IntEnum):
    """The types of a descriptor, as numbered by `filetype` in preview1."""

    CHARACTER_DEVICE = 2
    DIRECTORY = 3
    REGULAR_FILE = 4


class Descriptor:
    """A stream that can do nothing; each kind of descriptor overrides what it can.

    Every failure is a `WasiError`.
    """

    file_type = FileType.CHARACTER_DEVICE
    fixed = False
    """Whether the guest may neither close nor replace it."""
    # With the rights to seek, so that libc does not take a stream for a terminal.
    rights = ALL_RIGHTS
    flags = 0
    node: Node | None = None

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes and move on by them."""
        raise WasiError(Errno.BADF)

    def write(self, data: bytes) -> None:
        """Write all of `data` and move on by it."""
        raise WasiError(Errno.BADF)

    def read_at(self, offset: int, size: int) -> bytes:
        """Return up to `size` bytes from `offset`."""
        raise WasiError(Errno.SPIPE)

    def write_at(self, offset: int, data: bytes) -> None:
        """Write all of `data` at `offset`."""
        raise WasiError(Errno.SPIPE)

    def seek(self, offset: int, whence: int) -> int:
        """Move to `offset` from the start (0), from here (1) or from the end (2), and return where that is."""
        raise WasiError(Errno.SPIPE)

    def resize(self, size: int) -> None:
        """Make what it stands for `size` bytes long."""
        raise WasiError(Errno.INVAL)

    def readable_bytes(self) -> int:
        """Return how many bytes wait to be read, as far as that is known."""
        return 1

    def close(self) -> None:
        """Let go of what it stands for."""


class Input(Descriptor):
    """Standard input: fixed bytes, then the end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        data = self._data[self._position : self._position + size]
        self._position += len(data)
        return data

    def readable_bytes(self) -> int:
        """Return how many bytes are left."""
        return len(self._data) - self._position


class Output(Descriptor):
    """Standard output or error: kept up to `limit` bytes; the rest is dropped, and the guest is not told."""

    def __init__(self, limit: int) -> None:
        self.data = bytearray()
        self.truncated = False
        self._limit = limit

    def write(self, data: bytes) -> None:
        """Keep what still fits."""
        room = self._limit - len(self.data)
        self.data += data[:room]
        self.truncated = self.truncated or len(data) > room


class HostChannel(Descriptor):
    """A descriptor that the host answers."""

    fixed = True

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def read(self, size: int) -> bytes:
        """Return what the host gives, which is never more than asked for."""
        return self._channel.read(size)[:size]

    def write(self, data: bytes) -> None:
        """Hand `data` to the host."""
        self._channel.write(data)


class OpenFile(Descriptor):
    """A regular file with a position."""

    file_type = FileType.REGULAR_FILE

    def __init__(self, files: MemoryFiles, file: File, rights: int, flags: int) -> None:
        self.node: File = file
        self.rights = rights
        self.flags = flags
        self._files = files
        self._position = 0
        files.opened(file)

    def read(self, size: int) -> bytes:
        """Return the next bytes."""
        data = self.read_at(self._position, size)
        self._position += len(data)
        return data

    def write(self, data: bytes) -> None:
        """Write at the position, or at the end when opened to append."""
        if self.flags & APPEND:
            self._position = self.node.size
        self.write_at(self._position, data)
        self._position += len(data)

    def read_at(self, offset: int, size: int) -> bytes:
        """Return up to `size` bytes from `offset`."""
        self._require(RIGHT_READ)
        return self._files.read(self.node, offset, size)

    def write_at(self, offset: int, data: bytes) -> None:
        """Write all of `data` at `offset`."""
        self._require(RIGHT_WRITE)
        self._files.write(self.node, offset, data)

    def seek(self, offset: int, whence: int) -> int:
        """Move, also past the end."""
        starts = {0: 0, 1: self._position, 2: self.node.size}
        if whence not in starts or not 0 <= starts[whence] + offset <= _MAX_OFFSET:
            raise WasiError(Errno.INVAL)
        self._position = starts[whence] + offset
        return self._position

    def resize(self, size: int) -> None:
        """Cut the file, or lengthen it by zeros."""
        self._require(RIGHT_WRITE)
        self._files.resize(self.node, size)

    def readable_bytes(self) -> int:
        """Return how many bytes are between the position and the end."""
        return max(0, self.node.size - self._position)

    def close(self) -> None:
        """Let go of the file, which is freed when nothing names it any more."""
        self._files.closed(self.node)

    def _require(self, right: int) -> None:
        if not self.rights & right:
            raise WasiError(Errno.BADF)


class OpenDirectory(Descriptor):
    """A directory, as a base of paths and to be listed."""

    file_type = FileType.DIRECTORY

    def __init__(self, directory: Directory, *, fixed: bool = False) -> None:
        self.node: Directory = directory
        self.fixed = fixed
        self._listing: list[tuple[str, Node]] = []

    def listing(self, start: int) -> list[tuple[str, Node]]:
        """Return the entries from number `start`; those of one reading stay as they were when it began at 0."""
        if start == 0:
            above = self.node.parent or self.node
            self._listing = [(".", self.node), ("..", above), *self.node.entries.items()]
        return self._listing[start:]

    def read(self, size: int) -> bytes:
        """Fail: a directory has no bytes."""
        raise WasiError(Errno.ISDIR)

    def seek(self, offset: int, whence: int) -> int:
        """Fail: a directory has no position."""
        raise WasiError(Errno.ISDIR)


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
