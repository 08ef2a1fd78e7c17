"""The functions of preview1 about the process: arguments, environment, clocks, random bytes, its end, sockets."""

import random
from collections.abc import Mapping, Sequence

from codefavor.sandbox.wasm.clock import STEP
from codefavor.sandbox.wasm.errors import Errno, GuestExit, WasiError
from codefavor.sandbox.wasm.memory import MASK_32
from codefavor.sandbox.wasm.state import GuestState

_MAX_RANDOM = 1024 * 1024


class ProcessCalls:
    """The functions by name; each takes the numbers of the guest and raises `WasiError` to fail."""

    def __init__(self, state: GuestState, arguments: Sequence[str], environment: Mapping[str, str], seed: int) -> None:
        self._state = state
        self._arguments = [_c_string(argument) for argument in arguments]
        self._environment = [_c_string(f"{name}={value}") for name, value in environment.items()]
        self._random = random.Random(seed)
        self.exit_status: int | None = None

    def args_sizes_get(self, count: int, size: int) -> None:
        """Tell how many arguments there are, and how many bytes they take."""
        self._put_sizes(self._arguments, count, size)

    def args_get(self, pointers: int, texts: int) -> None:
        """Write the arguments."""
        self._put_strings(self._arguments, pointers, texts)

    def environ_sizes_get(self, count: int, size: int) -> None:
        """Tell how many variables of the environment there are, and how many bytes they take."""
        self._put_sizes(self._environment, count, size)

    def environ_get(self, pointers: int, texts: int) -> None:
        """Write the environment."""
        self._put_strings(self._environment, pointers, texts)

    def clock_res_get(self, clock: int, result: int) -> None:
        """Tell the resolution of `clock`."""
        self._state.clock.require(clock)
        self._state.memory.write_u64(result, STEP)

    def clock_time_get(self, clock: int, precision: int, result: int) -> None:
        """Tell the time of `clock`."""
        self._state.memory.write_u64(result, self._state.clock.read(clock))

    def random_get(self, address: int, size: int) -> None:
        """Write the next bytes of the seeded generator; INVAL for more than 1 MiB at once."""
        size &= MASK_32
        self._state.memory.check(address, size)
        if size > _MAX_RANDOM:
            raise WasiError(Errno.INVAL)
        self._state.work += size
        self._state.memory.write(address, self._random.randbytes(size))

    def sched_yield(self) -> None:
        """Do nothing: there is one thread."""

    def proc_exit(self, status: int) -> None:
        """End the guest by `GuestExit`."""
        self.exit_status = status & MASK_32
        raise GuestExit(self.exit_status)

    def proc_raise(self, signal: int) -> None:
        """Refuse: there are no signals."""
        self._refuse("signal")

    def sock_accept(self, descriptor: int, flags: int, result: int) -> None:
        """Refuse: there is no network."""
        self._refuse("network")

    def sock_recv(self, descriptor: int, buffers: int, count: int, flags: int, size: int, result: int) -> None:
        """Refuse: there is no network."""
        self._refuse("network")

    def sock_send(self, descriptor: int, buffers: int, count: int, flags: int, size: int) -> None:
        """Refuse: there is no network."""
        self._refuse("network")

    def sock_shutdown(self, descriptor: int, how: int) -> None:
        """Refuse: there is no network."""
        self._refuse("network")

    def _refuse(self, attempt: str) -> None:
        self._state.refusals.note(attempt)
        raise WasiError(Errno.NOTSUP)

    def _put_sizes(self, strings: list[bytes], count: int, size: int) -> None:
        self._state.memory.write_u32(count, len(strings))
        self._state.memory.write_u32(size, sum(map(len, strings)))

    def _put_strings(self, strings: list[bytes], pointers: int, texts: int) -> None:
        for string in strings:
            self._state.memory.write_u32(pointers, texts)
            self._state.memory.write(texts, string)
            pointers += 4
            texts += len(string)


def _c_string(text: str) -> bytes:
    if "\0" in text:
        raise ValueError(f"an argument or variable holds a NUL character: {text[:80]!r}")
    return text.encode("utf-8", "surrogateescape") + b"\0"
