"""One instance of a guest: an interpreter with a memory, files, clock and fuel of its own, run once and thrown away."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import wasmtime

from codefavor.sandbox.wasm.conversation import FueledRequest, Reports, Requests
from codefavor.sandbox.wasm.errors import GuestExit
from codefavor.sandbox.wasm.linker import running as running_system
from codefavor.sandbox.wasm.memory import GuestMemory
from codefavor.sandbox.wasm.runtime import Runtime
from codefavor.sandbox.wasm.ticks import TICKS_PER_SECOND
from codefavor.sandbox.wire import REPORTS, REQUESTS, ProcessLimits

InstanceEnd = Literal["finished", "exited", "fuel", "stack", "wall", "output", "trap"]
"""How an instance ended: by itself, with a status, by spending its fuel or its stack, by our clock, by writing too
much, or by another trap."""
_TRAPS: dict[wasmtime.TrapCode, InstanceEnd] = {
    wasmtime.TrapCode.OUT_OF_FUEL: "fuel",
    wasmtime.TrapCode.STACK_OVERFLOW: "stack",
    wasmtime.TrapCode.INTERRUPT: "wall",
}


@dataclass(frozen=True)
class InstanceRun:
    """What came of running one instance."""

    ended: InstanceEnd
    """How it ended."""
    status: int
    """Its exit status."""
    spent: tuple[int, ...]
    """The fuel spent on each request it read; on the last one until the instance ended."""
    reports: tuple[str, ...]
    """The lines it reported."""
    stdout: str
    """Its standard output and error."""
    refused: tuple[str, ...]
    """What it tried that does not exist in there."""
    memory: int
    """Bytes of memory it had at its end, which is the most it ever had."""


def run_instance(
    runtime: Runtime,
    requests: Sequence[FueledRequest],
    limits: ProcessLimits,
    stdin: str = "",
    inspect: Callable[[GuestMemory], None] | None = None,
) -> InstanceRun:
    """Run a fresh instance until it has done all requests, or ends otherwise; then `inspect` may look at its memory."""
    asked, reported = Requests(requests), Reports(limits.output)
    system = runtime.new_system(stdin, {REQUESTS: asked, REPORTS: reported}, limits)
    running = runtime.instantiate(system, limits, limits.guest_seconds * TICKS_PER_SECOND)
    asked.meter = running.store
    status = 0
    ended: InstanceEnd = "finished"
    try:
        with running_system(system):
            status = runtime.start(running)
    except GuestExit as leaving:
        status = leaving.status
    except wasmtime.Trap as trap:
        ended = _TRAPS.get(trap.trap_code, "trap") if trap.trap_code else "trap"
    asked.settle(0 if ended == "fuel" else running.store.get_fuel())
    memory = running.memory.size
    if inspect:
        inspect(running.memory)
    running.store.close()
    if ended == "finished":
        ended = "output" if reported.is_full else "exited" if status else "finished"
    return InstanceRun(
        ended=ended,
        status=status,
        spent=tuple(asked.spent),
        reports=tuple(reported.lines()),
        stdout=(system.stdout + system.stderr).decode("utf-8", "replace"),
        refused=tuple(system.refused),
        memory=memory,
    )
