"""A private tree of files in memory: what a guest sees instead of a disk."""

from collections.abc import Mapping

from codefavor.sandbox.wasm.errors import Errno, WasiError
from codefavor.sandbox.wasm.nodes import Directory, File, Node
from codefavor.sandbox.wasm.paths import has_own_name, parts_of
from codefavor.sandbox.wasm.quota import Quota


class MemoryFiles:
    """Read-only files beside a writable scratch, with quotas and nothing of the real machine.

    `read_only` maps absolute POSIX paths to contents, which are never copied. In `scratch` the guest may create up to
    `max_inodes` files and directories that hold `max_bytes` in all; a removed file gives its bytes back once nothing
    has it open. Past a quota an operation fails with NOSPC. Symbolic and hard links do not exist, and `..` of the
    root is the root. /dev/null is there. Every failure is a `WasiError`.
    """

    def __init__(
        self,
        read_only: Mapping[str, bytes | memoryview] | None = None,
        *,
        scratch: str = "/tmp",
        max_bytes: int = 64 * 1024 * 1024,
        max_inodes: int = 4096,
        max_descriptors: int = 64,
    ) -> None:
        self.max_descriptors = max_descriptors
        self.scratch = scratch
        self._quota = Quota(max_bytes, max_inodes)
        self._next_inode = 0
        self.root = Directory(self._number(), writable=False)
        self._place("/dev/null", b"").discards = True
        for path, data in sorted((read_only or {}).items()):
            self._place(path, data)
        self._directory_at(parts_of(scratch)).writable = True

    def owns(self, absolute: str) -> bool:
        """Return whether the normal path `absolute` lies in the scratch or under a folder of the read-only files."""
        top = absolute.split("/")[1]
        return absolute.startswith(self.scratch.rstrip("/") + "/") or isinstance(self.root.entries.get(top), Directory)

    def start(self, base: Directory, path: str) -> Directory:
        """Return where `path` starts: at the root where it is absolute, else at `base`."""
        return self.root if path.startswith("/") else base

    def lookup(self, base: Directory, path: str) -> Node:
        """Return what `path` names, seen from `base`."""
        node: Node = self.start(base, path)
        for part in parts_of(path):
            node = self._step(node, part)
        if path.endswith("/") and isinstance(node, File):
            raise WasiError(Errno.NOTDIR)
        return node

    def create(self, base: Directory, path: str) -> File:
        """Create an empty file at `path`, where nothing may be yet."""
        parent, name = self._parent_of(base, path)
        if path.endswith("/"):
            raise WasiError(Errno.ISDIR)
        self._require_room(parent, name)
        file = File(self._number(), bytearray())
        self._quota.take_inode()
        parent.entries[name] = file
        return file

    def make_directory(self, base: Directory, path: str) -> None:
        """Create an empty directory at `path`, where nothing may be yet."""
        parent, name = self._parent_of(base, path, special=Errno.EXIST)
        self._require_room(parent, name)
        self._quota.take_inode()
        parent.entries[name] = Directory(self._number(), writable=True, parent=parent)

    def unlink(self, base: Directory, path: str) -> None:
        """Remove the file at `path`; whoever has it open keeps it."""
        parent, name = self._parent_of(base, path, special=Errno.ISDIR)
        node = self._entry(parent, name)
        if isinstance(node, Directory):
            raise WasiError(Errno.ISDIR)
        if path.endswith("/"):
            raise WasiError(Errno.NOTDIR)
        self._require_writable(parent, node)
        self._drop(parent, name, node)

    def remove_directory(self, base: Directory, path: str) -> None:
        """Remove the empty directory at `path`."""
        parent, name = self._parent_of(base, path)
        node = self._entry(parent, name)
        if isinstance(node, File):
            raise WasiError(Errno.NOTDIR)
        self._require_writable(parent, node)
        if node.entries:
            raise WasiError(Errno.NOTEMPTY)
        self._drop(parent, name, node)

    def rename(self, base: Directory, path: str, new_base: Directory, new_path: str) -> None:
        """Move what is at `path` to `new_path`, over a file or an empty directory of the same kind that is there."""
        parent, name = self._parent_of(base, path)
        new_parent, new_name = self._parent_of(new_base, new_path)
        node, target = self._entry(parent, name), new_parent.entries.get(new_name)
        if isinstance(node, File) and (path.endswith("/") or new_path.endswith("/")):
            raise WasiError(Errno.NOTDIR)
        self._require_writable(parent, node)
        self._require_writable(new_parent, target)
        if node is target:
            return
        self._require_replaceable(node, target, new_parent)
        if target is not None:
            self._drop(new_parent, new_name, target)
        del parent.entries[name]
        new_parent.entries[new_name] = node
        if isinstance(node, Directory):
            node.parent = new_parent

    def read(self, file: File, offset: int, size: int) -> bytes:
        """Return up to `size` bytes of `file` from `offset`; nothing past its end."""
        return bytes(file.data[offset : offset + size])

    def write(self, file: File, offset: int, data: bytes) -> None:
        """Write all of `data` into `file` at `offset`; a gap before it is zeros."""
        if file.discards:
            return
        content = self._writable_bytes(file)
        if not data:
            return
        end = offset + len(data)
        self._quota.take_bytes(max(0, end - len(content)))
        if offset > len(content):
            content.extend(bytes(offset - len(content)))
        content[offset:end] = data

    def resize(self, file: File, size: int) -> None:
        """Cut `file` to `size` bytes, or lengthen it by zeros."""
        if file.discards:
            return
        content = self._writable_bytes(file)
        growth = size - len(content)
        self._quota.take_bytes(growth)
        if growth > 0:
            content.extend(bytes(growth))
        else:
            del content[size:]

    def opened(self, file: File) -> None:
        """Count one more descriptor of `file`."""
        file.descriptors += 1

    def closed(self, file: File) -> None:
        """Count one descriptor of `file` less."""
        file.descriptors -= 1
        self._release(file)

    def _writable_bytes(self, file: File) -> bytearray:
        if not isinstance(file.data, bytearray):
            raise WasiError(Errno.ROFS)
        return file.data

    def _drop(self, parent: Directory, name: str, node: Node) -> None:
        del parent.entries[name]
        node.linked = False
        if isinstance(node, Directory):
            self._quota.give_inode()
        else:
            self._release(node)

    def _release(self, file: File) -> None:
        if not file.linked and not file.descriptors:
            self._quota.give_inode()
            self._quota.take_bytes(-file.size)

    def _require_room(self, parent: Directory, name: str) -> None:
        if name in parent.entries:
            raise WasiError(Errno.EXIST)
        self._require_writable(parent, None)

    def _require_writable(self, parent: Directory, node: Node | None) -> None:
        if not parent.linked:
            raise WasiError(Errno.NOENT)
        if not parent.writable or (node is not None and not node.writable):
            raise WasiError(Errno.ROFS)

    def _require_replaceable(self, node: Node, target: Node | None, new_parent: Directory) -> None:
        if isinstance(node, File):
            if isinstance(target, Directory):
                raise WasiError(Errno.ISDIR)
            return
        above: Directory | None = new_parent
        while above is not None:
            if above is node:
                raise WasiError(Errno.INVAL)
            above = above.parent
        if isinstance(target, File):
            raise WasiError(Errno.NOTDIR)
        if target is not None and target.entries:
            raise WasiError(Errno.NOTEMPTY)

    def _parent_of(self, base: Directory, path: str, special: Errno = Errno.INVAL) -> tuple[Directory, str]:
        # A path that ends in `.` or `..`, or names the root, has no name of its own: the operation fails as `special`.
        parts = parts_of(path)
        if not has_own_name(path):
            self.lookup(base, path)
            raise WasiError(special)
        node: Node = self.start(base, path)
        for part in parts[:-1]:
            node = self._step(node, part)
        if isinstance(node, File):
            raise WasiError(Errno.NOTDIR)
        return node, parts[-1]

    def _step(self, node: Node, part: str) -> Node:
        if isinstance(node, File):
            raise WasiError(Errno.NOTDIR)
        if part == "..":
            return node.parent or node
        return self._entry(node, part)

    def _entry(self, directory: Directory, name: str) -> Node:
        node = directory.entries.get(name)
        if node is None:
            raise WasiError(Errno.NOENT)
        return node

    def _number(self) -> int:
        self._next_inode += 1
        return self._next_inode

    def _place(self, path: str, data: bytes | memoryview) -> File:
        *folders, name = parts_of(path)
        file = File(self._number(), memoryview(data).toreadonly().cast("B"))
        self._directory_at(folders).entries[name] = file
        return file

    def _directory_at(self, parts: list[str]) -> Directory:
        node = self.root
        for part in parts:
            child = node.entries.get(part)
            if isinstance(child, File):
                raise ValueError(f"{part!r} is a file and cannot hold other files")
            if child is None:
                child = node.entries[part] = Directory(self._number(), writable=False, parent=node)
            node = child
        return node
