"""What the host and one guest say to each other: requests with their fuel, reports as the guest wrote them.

The guest asks for a request by reading; that is when its fuel is read and set anew. That it read and
wrote is all that is believed of it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from codefavor.sandbox.wasm.meter import FuelMeter


class FueledRequest(NamedTuple):
    """One message to the guest, and the fuel it gets with it."""

    text: str
    """The message, one line."""
    fuel: int
    """What it may take, until it reads the next."""


class Requests:
    """The descriptor from which the guest reads requests, one after the other; then it is at its end."""

    def __init__(self, requests: Sequence[FueledRequest]) -> None:
        self._requests = requests
        self._line = b""
        self._read = 0
        self._granted = 0
        self.meter: FuelMeter | None = None
        """The meter of the instance that reads, set before it runs."""
        self.spent: list[int] = []
        """The fuel that was spent on each request that was read, the last one until now."""

    @property
    def asked(self) -> int:
        """How many requests were read."""
        return len(self.spent)

    def read(self, size: int) -> bytes:
        """Return the next bytes of a request; b"" where there is none left."""
        if self._read == len(self._line):
            self._next()
        part = self._line[self._read : self._read + size]
        self._read += len(part)
        return part

    def write(self, data: bytes) -> None:
        """Ignore what is written to it."""

    def _next(self) -> None:
        if self.meter is None or self.asked == len(self._requests):
            return
        self.settle(self.meter.get_fuel())
        request = self._requests[self.asked]
        self._line, self._read = request.text.encode() + b"\n", 0
        self._granted = request.fuel
        self.spent.append(0)
        self.meter.set_fuel(request.fuel)

    def settle(self, left: int) -> None:
        """Charge what is no longer left to the request that was read last."""
        if self.spent:
            self.spent[-1] = self._granted - left


class Reports:
    """The descriptor to which the guest writes reports, up to a limit."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._written = bytearray()
        self.is_full = False
        """Whether more was written than is kept."""

    def read(self, size: int) -> bytes:
        """Return nothing."""
        return b""

    def write(self, data: bytes) -> None:
        """Keep what fits."""
        room = self._limit - len(self._written)
        self._written += data[:room]
        self.is_full = self.is_full or len(data) > room

    def lines(self) -> list[str]:
        """Return the lines that were written."""
        return self._written.decode("utf-8", "replace").splitlines()
