"""The functions of preview1 on paths: `path_*`."""

from codefavor.sandbox.wasm.descriptors import Descriptor, FileType
from codefavor.sandbox.wasm.errors import Errno, WasiError
from codefavor.sandbox.wasm.filestat import pack_filestat, set_times
from codefavor.sandbox.wasm.memory import MASK_32, MASK_64
from codefavor.sandbox.wasm.nodes import Directory, Node
from codefavor.sandbox.wasm.open_nodes import APPEND, RIGHT_WRITE, OpenDirectory, OpenFile
from codefavor.sandbox.wasm.paths import MAX_PATH, absolute
from codefavor.sandbox.wasm.state import GuestState

_CREATE, _DIRECTORY, _EXCLUSIVE, _TRUNCATE = 1, 2, 4, 8


class PathCalls:
    """The functions by name; each takes the numbers of the guest and raises `WasiError` to fail.

    There are no links, so the flags of a lookup mean nothing.
    """

    def __init__(self, state: GuestState) -> None:
        self._state = state
        self._files = state.files

    def path_open(
        self,
        number: int,
        lookup: int,
        address: int,
        size: int,
        how: int,
        rights: int,
        inheriting: int,
        flags: int,
        result: int,
    ) -> None:
        """Open a file or directory, creating or emptying it as `how` (`oflags`) says."""
        self._state.memory.check(result, 4)
        base, path = self._base(number), self._path(address, size)
        self._state.descriptors.require_free()
        try:
            descriptor = self._open(base, path, how, rights, flags)
        except WasiError as error:
            if not how & _DIRECTORY:
                self._note_refusal(base, path, error.errno)
            raise
        self._state.memory.write_u32(result, self._state.descriptors.add(descriptor))

    def path_filestat_get(self, number: int, lookup: int, address: int, size: int, result: int) -> None:
        """Tell what is at the path."""
        node = self._files.lookup(self._base(number), self._path(address, size))
        kind = FileType.DIRECTORY if isinstance(node, Directory) else FileType.REGULAR_FILE
        self._state.memory.write(result, pack_filestat(node, kind))

    def path_filestat_set_times(
        self, number: int, lookup: int, address: int, size: int, accessed: int, modified: int, flags: int
    ) -> None:
        """Set the times of what is at the path."""
        node = self._files.lookup(self._base(number), self._path(address, size))
        set_times(node, self._state.clock, accessed, modified, flags)

    def path_create_directory(self, number: int, address: int, size: int) -> None:
        """Create a directory."""
        self._files.make_directory(self._base(number), self._path(address, size))

    def path_remove_directory(self, number: int, address: int, size: int) -> None:
        """Remove an empty directory."""
        self._files.remove_directory(self._base(number), self._path(address, size))

    def path_unlink_file(self, number: int, address: int, size: int) -> None:
        """Remove a file."""
        self._files.unlink(self._base(number), self._path(address, size))

    def path_rename(
        self, number: int, address: int, size: int, new_number: int, new_address: int, new_size: int
    ) -> None:
        """Move a file or directory."""
        old = self._base(number), self._path(address, size)
        new = self._base(new_number), self._path(new_address, new_size)
        self._files.rename(*old, *new)

    def path_readlink(self, number: int, address: int, size: int, buffer: int, length: int, result: int) -> None:
        """Fail: what is there is no link."""
        self._files.lookup(self._base(number), self._path(address, size))
        raise WasiError(Errno.INVAL)

    def path_symlink(self, target: int, target_size: int, number: int, address: int, size: int) -> None:
        """Refuse: there are no symbolic links."""
        self._base(number)
        raise WasiError(Errno.NOTSUP)

    def path_link(
        self, number: int, lookup: int, address: int, size: int, new_number: int, new_address: int, new_size: int
    ) -> None:
        """Refuse: there are no hard links."""
        self._base(number)
        raise WasiError(Errno.NOTSUP)

    def _base(self, number: int) -> Directory:
        return self._state.descriptors.directory(number).node

    def _path(self, address: int, size: int) -> str:
        if size & MASK_32 > MAX_PATH:
            raise WasiError(Errno.NAMETOOLONG)
        try:
            return self._state.memory.read(address, size).decode("utf-8")
        except UnicodeDecodeError:
            raise WasiError(Errno.ILSEQ) from None

    def _open(self, base: Directory, path: str, how: int, rights: int, flags: int) -> Descriptor:
        node = self._found_or_created(base, path, how)
        if isinstance(node, Directory):
            if how & (_CREATE | _TRUNCATE) or rights & RIGHT_WRITE and not how & _DIRECTORY:
                raise WasiError(Errno.ISDIR)
            return OpenDirectory(node)
        if how & _DIRECTORY:
            raise WasiError(Errno.NOTDIR)
        if rights & RIGHT_WRITE and not node.writable:
            raise WasiError(Errno.ROFS)
        if how & _TRUNCATE:
            self._files.resize(node, 0)
        return OpenFile(self._files, node, rights & MASK_64, flags & APPEND)

    def _found_or_created(self, base: Directory, path: str, how: int) -> Node:
        try:
            node = self._files.lookup(base, path)
        except WasiError as error:
            if error.errno != Errno.NOENT or not how & _CREATE or how & _DIRECTORY:
                raise
            return self._files.create(base, path)
        if how & _CREATE and how & _EXCLUSIVE:
            raise WasiError(Errno.EXIST)
        return node

    def _note_refusal(self, base: Directory, path: str, errno: Errno) -> None:
        # libc passes an absolute path as one relative to the preopened root.
        if self._files.start(base, path) is not self._files.root or errno not in {Errno.NOENT, Errno.ROFS}:
            return
        name = absolute(path)
        if errno == Errno.ROFS:
            self._state.refusals.note_file(name)
        elif not self._files.owns(name):
            self._state.refusals.note_file(name, " (nothing is there inside)")
