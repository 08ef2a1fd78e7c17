"""Descriptors of files and directories."""

from codefavor.sandbox.wasm.descriptors import Descriptor, FileType
from codefavor.sandbox.wasm.errors import Errno, WasiError
from codefavor.sandbox.wasm.files import MemoryFiles
from codefavor.sandbox.wasm.nodes import Directory, File, Node

APPEND = 1
RIGHT_READ = 1 << 1
RIGHT_WRITE = 1 << 6
_MAX_OFFSET = 1 << 62


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
