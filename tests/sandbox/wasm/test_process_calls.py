from __future__ import annotations

import pytest

from codefavor.sandbox.wasm.clock import START, STEP
from codefavor.sandbox.wasm.errors import GuestExit
from wasi_world import DATA, PAGE, RESULT, World


def test_arguments_and_environment_are_written_as_c_strings() -> None:
    world = World(arguments=("python", "é"), environment={"A": "1"})
    assert world.call("args_sizes_get", RESULT, RESULT + 4) == 0
    assert (world.memory.read_u32(RESULT), world.memory.read_u32(RESULT + 4)) == (2, 10)
    assert world.call("args_get", RESULT, DATA) == 0
    assert world.memory.read(DATA, 10) == "python\0é\0".encode()
    assert world.memory.read_u32(RESULT + 4) == DATA + 7
    assert world.call("environ_get", RESULT, DATA) == 0
    assert world.memory.read(DATA, 4) == b"A=1\0"


def test_an_argument_with_a_nul_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        World(arguments=("a\0b",))


def test_the_clock_starts_at_a_fixed_instant() -> None:
    world = World()
    assert world.call("clock_time_get", 0, 0, RESULT) == 0
    assert world.u64(RESULT) == START + STEP
    assert world.call("clock_time_get", 7, 0, RESULT) == 28
    assert world.call("clock_res_get", 1, RESULT) == 0
    assert world.u64(RESULT) == STEP


def random_bytes(seed: int) -> bytes:
    world = World(seed=seed)
    assert world.call("random_get", DATA, 100) == 0
    assert world.call("random_get", DATA + 100, 100) == 0
    return world.memory.read(DATA, 200)


def test_random_bytes_are_those_of_the_seed() -> None:
    assert random_bytes(1) == random_bytes(1) != random_bytes(2)
    assert len(set(random_bytes(1))) > 64


def test_random_bytes_stay_within_the_memory() -> None:
    world = World()
    assert world.call("random_get", 0, -1) == world.call("random_get", PAGE - 1, 2) == 21
    assert world.memory.read(PAGE - 1, 1) == b"\0"


def test_the_end_carries_its_status() -> None:
    world = World()
    with pytest.raises(GuestExit, match="status 3"):
        world.call("proc_exit", 3)
    assert world.system.exit_status == 3
