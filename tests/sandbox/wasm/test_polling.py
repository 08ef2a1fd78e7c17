from __future__ import annotations

import struct

from codefavor.sandbox.wasm.clock import START
from wasi_world import DATA, PAGE, RESULT, World

SUBSCRIPTIONS = 1024
HOUR = 3600 * 10**9


def clock(user_data: int, number: int, timeout: int, flags: int = 0) -> bytes:
    return struct.pack("<QB7xI4xQQH6x", user_data, 0, number, timeout, 0, flags)


def descriptor(user_data: int, kind: int, number: int) -> bytes:
    return struct.pack("<QB7xI28x", user_data, kind, number)


def poll(world: World, *subscriptions: bytes) -> list[tuple[int, int, int]]:
    world.memory.write(SUBSCRIPTIONS, b"".join(subscriptions))
    assert world.call("poll_oneoff", SUBSCRIPTIONS, DATA, len(subscriptions), RESULT) == 0
    events = world.memory.read(DATA, 32 * world.memory.read_u32(RESULT))
    return [event[:3] for event in struct.iter_unpack("<QHB21x", events)]


def now(world: World) -> int:
    assert world.call("clock_time_get", 0, 0, RESULT) == 0
    return world.u64(RESULT) - START


def test_a_sleep_is_over_at_once_and_moves_the_clock() -> None:
    world = World()
    assert poll(world, clock(7, 1, HOUR)) == [(7, 0, 0)]
    assert HOUR <= now(world) < HOUR + 10**6


def test_the_earliest_of_several_deadlines_ends_the_wait() -> None:
    world = World()
    assert poll(world, clock(1, 0, 2 * HOUR), clock(2, 1, HOUR), clock(3, 0, START + HOUR // 2, 1)) == [(3, 0, 0)]
    assert now(world) < HOUR


def test_a_ready_descriptor_comes_before_any_clock() -> None:
    world = World(stdin=b"x")
    assert poll(world, clock(1, 1, HOUR), descriptor(2, 1, 0), descriptor(3, 2, 1)) == [(2, 0, 1), (3, 0, 2)]
    assert now(world) < HOUR


def test_a_descriptor_that_is_not_open_is_an_event_with_its_errno() -> None:
    assert poll(World(), descriptor(2, 1, 40)) == [(2, 8, 1)]


def test_the_longest_wait_is_over_too() -> None:
    world = World()
    for _ in range(3):
        assert poll(world, clock(1, 1, 2**64 - 1)) == [(1, 0, 0)]


def test_counts_and_addresses_out_of_range_are_refused() -> None:
    world = World()
    assert [world.call("poll_oneoff", 0, 0, count, 0) for count in (0, 1025, -1, 1 << 31)] == [28] * 4
    assert world.call("poll_oneoff", 0, PAGE - 31, 1, 0) == 21
    assert world.call("poll_oneoff", PAGE - 47, 0, 1, 0) == 21
    assert world.call("poll_oneoff", 0, 0, 1, PAGE - 3) == 21
