"""The three words of CPython's thread state are found by their distances, and only where nothing else looks so."""

import struct

import pytest

from codefavor.sandbox.job import Job, SandboxCall
from codefavor.sandbox.wasm.python_stack import raise_stack_limits
from codefavor.sandbox.wasm.wasm_engine import WasmEngine
from wasi_world import PAGE, bare_memory

TOP = 5 << 20
LIMITS = struct.pack("<3I", TOP, TOP - (112 << 10), TOP - (120 << 10))


def test_the_limits_are_lowered_where_they_lie() -> None:
    memory = bare_memory()[2]
    memory.write(4000, LIMITS)
    assert raise_stack_limits(memory)
    top, soft, hard = struct.unpack("<3I", memory.read(4000, 12))
    assert top == TOP and top - soft == 1 << 20 and top - hard > top - soft
    memory.write(4000, bytes(12))
    assert memory.read(0, memory.size) == bytes(PAGE)


@pytest.mark.parametrize("places", [(), (4000, 8000), (4002,)], ids=["nowhere", "twice", "not at a word"])
def test_nothing_changes_where_they_are_not_found_once(places: tuple[int, ...]) -> None:
    memory = bare_memory()[2]
    for place in places:
        memory.write(place, LIMITS)
    before = memory.read(0, memory.size)
    assert not raise_stack_limits(memory)
    assert memory.read(0, memory.size) == before


def test_a_function_behind_a_cache_recurses_as_deep_as_natively(wasm: WasmEngine) -> None:
    code = "from functools import lru_cache\n@lru_cache(None)\ndef f(n):\n    return n and 1 + f(n - 1)"
    assert wasm.run_one(Job(code, (SandboxCall("f(1000)"),))).outcomes[0].value == 1000


def test_too_deep_a_recursion_is_an_exception_and_no_crash(wasm: WasmEngine) -> None:
    code = "import json\ndef f(n):\n    return len(json.loads('[' * n + ']' * n))\ndef g(n):\n    return g(n + 1)"
    calls = tuple(SandboxCall(source) for source in ("f(50)", "f(100_000)", "g(0)", "f(50)"))
    result = wasm.run_one(Job(code, calls))
    assert [str(outcome.raised).partition(":")[0] for outcome in result.outcomes] == [
        "None",
        "RecursionError",
        "RecursionError",
        "None",
    ]
    assert result.ended == "finished"
