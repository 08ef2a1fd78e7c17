"""Searches the memories that guests leave, from outside."""

from collections.abc import Sequence

from codefavor.sandbox.wasm.conversation import FueledRequest
from codefavor.sandbox.wasm.instance import run_instance
from codefavor.sandbox.wasm.memory import GuestMemory
from codefavor.sandbox.wasm.runtime import Runtime
from codefavor.sandbox.wasm.threads import DeepThreads
from codefavor.sandbox.wire import LoadRequest, ProcessLimits, to_json


def search_memories(
    runtime: Runtime, programs: Sequence[str], wanted: bytes, limits: ProcessLimits, fuel: int
) -> list[bool]:
    """Run programs one after the other, each in a guest of its own, and return which left `wanted` in their memory."""
    threads = DeepThreads(1)
    try:
        return [threads.submit(_holds, runtime, program, wanted, limits, fuel).result() for program in programs]
    finally:
        threads.close()


def _holds(runtime: Runtime, program: str, wanted: bytes, limits: ProcessLimits, fuel: int) -> bool:
    found = []

    def search(memory: GuestMemory) -> None:
        found.append(wanted in memory.read(0, memory.size))

    load = FueledRequest(to_json(LoadRequest(program, program=True, measured=False)), fuel)
    run_instance(runtime, [load], limits, inspect=search)
    return found == [True]
