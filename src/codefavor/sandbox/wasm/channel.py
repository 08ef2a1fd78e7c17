"""A descriptor that the host answers."""

from typing import Protocol


class Channel(Protocol):
    """What the guest reads from and writes to at one descriptor of the host."""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes for the guest; none is the end."""

    def write(self, data: bytes) -> None:
        """Take `data` from the guest."""
