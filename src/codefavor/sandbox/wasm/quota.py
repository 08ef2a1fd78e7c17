"""How much a guest may keep in its files."""

from codefavor.sandbox.wasm.errors import Errno, WasiError


class Quota:
    """Bytes and inodes in use, each up to a limit; past it NOSPC is raised and nothing is taken."""

    def __init__(self, max_bytes: int, max_inodes: int) -> None:
        self._max_bytes = max_bytes
        self._max_inodes = max_inodes
        self._bytes = 0
        self._inodes = 0

    def take_bytes(self, count: int) -> None:
        """Take `count` bytes, or give them back where it is negative."""
        if count > 0 and self._bytes + count > self._max_bytes:
            raise WasiError(Errno.NOSPC)
        self._bytes += count

    def take_inode(self) -> None:
        """Take one inode."""
        if self._inodes >= self._max_inodes:
            raise WasiError(Errno.NOSPC)
        self._inodes += 1

    def give_inode(self) -> None:
        """Give one inode back."""
        self._inodes -= 1
