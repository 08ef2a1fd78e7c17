"""A WASI preview 1 host that touches nothing of the real machine.

The functions are those of https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md. Files lie in memory,
time is virtual, random bytes come from a seed: a guest that is run again does the same to the last instruction.
"""

from collections.abc import Callable, Mapping, Sequence

from codefavor.sandbox.wasm.channel import Channel
from codefavor.sandbox.wasm.descriptor_calls import DescriptorCalls
from codefavor.sandbox.wasm.descriptor_table import DescriptorTable
from codefavor.sandbox.wasm.descriptors import Input, Output
from codefavor.sandbox.wasm.errors import Errno, GuestExit, WasiError
from codefavor.sandbox.wasm.files import MemoryFiles
from codefavor.sandbox.wasm.memory import GuestMemory
from codefavor.sandbox.wasm.meter import FuelMeter
from codefavor.sandbox.wasm.path_calls import PathCalls
from codefavor.sandbox.wasm.polling import PollingCalls
from codefavor.sandbox.wasm.process_calls import ProcessCalls
from codefavor.sandbox.wasm.state import GuestState

__all__ = ["Channel", "GuestExit", "WasiSystem"]

CALL_FUEL = 20_000
"""Fuel of one call: about what a guest does in the time that the host takes to answer."""
MODULE = "wasi_snapshot_preview1"


class WasiSystem:
    """The world of one guest.

    Descriptors 0 to 2 are `stdin` and the two outputs, 3 is the root of `files`, and `channels` (numbers from 4) are
    the host's own: the guest reads and writes them but cannot close, replace or seek them. Set `memory` after
    instantiation, before the guest runs. Each output keeps `max_output` bytes.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        files: MemoryFiles,
        stdin: bytes,
        channels: Mapping[int, Channel],
        seed: int,
        max_output: int,
    ) -> None:
        self._stdout, self._stderr = Output(max_output), Output(max_output)
        self._state = GuestState(files, DescriptorTable((Input(stdin), self._stdout, self._stderr), files, channels))
        self._process = ProcessCalls(self._state, arguments, environment, seed)
        groups = (self._process, DescriptorCalls(self._state), PathCalls(self._state), PollingCalls(self._state))
        self._functions: dict[str, Callable[..., None]] = {
            name: getattr(group, name) for group in groups for name in vars(type(group)) if not name.startswith("_")
        }
        self.meter: FuelMeter | None = None
        """The meter of the instance, from which the work of the host is taken; nothing is where it is None."""
        self.failure: BaseException | None = None
        """What a function raised other than an error for the guest; see `linker.running`."""

    @property
    def memory(self) -> GuestMemory:
        """The memory of the instance; a `WasiError` as long as none is set."""
        return self._state.memory

    @memory.setter
    def memory(self, memory: GuestMemory) -> None:
        self._state.attached = memory

    @property
    def stdout(self) -> bytearray:
        """What the guest wrote to standard output, up to the limit."""
        return self._stdout.data

    @property
    def stderr(self) -> bytearray:
        """What the guest wrote to standard error, up to the limit."""
        return self._stderr.data

    @property
    def truncated(self) -> bool:
        """Whether output past the limit was dropped."""
        return self._stdout.truncated or self._stderr.truncated

    @property
    def exit_status(self) -> int | None:
        """The status the guest exited with, if it did."""
        return self._process.exit_status

    @property
    def refused(self) -> list[str]:
        """What the guest tried that does not exist here, each kind once: "network", "signal", "file /etc/passwd"."""
        return self._state.refusals.notes

    @property
    def functions(self) -> frozenset[str]:
        """The names of the functions there are."""
        return frozenset(self._functions)

    def call(self, name: str, *arguments: int) -> int:
        """Call the function `name` and return its errno, 0 for success and 52 (NOSYS) where there is no such one.

        It costs the guest `CALL_FUEL`, and more by what is moved: how long the host is kept busy is bounded by fuel as
        well, and not by the clock alone.

        Raises `GuestExit` for `proc_exit`, and whatever a channel raises.
        """
        function = self._functions.get(name)
        if function is None:
            return Errno.NOSYS
        try:
            function(*arguments)
        except WasiError as error:
            return error.errno
        finally:
            self._charge()
        return 0

    def _charge(self) -> None:
        work, self._state.work = self._state.work + CALL_FUEL, 0
        if self.meter is not None:
            self.meter.set_fuel(max(0, self.meter.get_fuel() - work))
