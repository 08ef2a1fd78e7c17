"""What a descriptor of a guest can stand for, and its streams."""

from enum import IntEnum

from codefavor.sandbox.wasm.channel import Channel
from codefavor.sandbox.wasm.errors import Errno, WasiError
from codefavor.sandbox.wasm.nodes import Node

ALL_RIGHTS = (1 << 64) - 1


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
