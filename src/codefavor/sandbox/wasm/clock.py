"""The clock of a guest: it moves when it is read or waited for, and by nothing else."""

from codefavor.sandbox.wasm.errors import Errno, WasiError

START = 1_735_689_600_000_000_000
"""The instant at which every guest starts: 2025-01-01T00:00:00Z, in nanoseconds since 1970."""
STEP = 1_000
"""What one reading takes, in nanoseconds."""
_REALTIME, _MONOTONIC, _PROCESS_CPU, _THREAD_CPU = range(4)
_FAR = 1 << 62


class VirtualClock:
    """All four clocks of preview1, in nanoseconds.

    Real time starts at `START` and the others at 0. A wait moves real and monotonic time to its end at once, and takes
    no time of the processor.
    """

    def __init__(self) -> None:
        self._busy = 0
        self._waited = 0

    @property
    def elapsed(self) -> int:
        """The nanoseconds since the start."""
        return self._busy + self._waited

    def read(self, clock: int) -> int:
        """Move on by `STEP` and return the time of `clock`; an unknown clock is INVAL."""
        self.require(clock)
        self._busy += STEP
        if clock == _REALTIME:
            return START + self.elapsed
        return self.elapsed if clock == _MONOTONIC else self._busy

    def deadline(self, clock: int, timeout: int, absolute: bool) -> int:
        """Return when `timeout` of `clock` is over, as a value of `elapsed`; never more than some 140 years on."""
        self.require(clock)
        if not absolute:
            timeout += self.elapsed
        elif clock == _REALTIME:
            timeout -= START
        return min(timeout, _FAR)

    def wait_until(self, deadline: int) -> None:
        """Take one `STEP`, then let `elapsed` become `deadline` where that is still ahead."""
        self._busy += STEP
        self._waited += max(0, deadline - self.elapsed)

    def require(self, clock: int) -> None:
        """Raise INVAL unless `clock` is one of the four."""
        if not _REALTIME <= clock <= _THREAD_CPU:
            raise WasiError(Errno.INVAL)
