from __future__ import annotations

import pytest

from codefavor.sandbox.wasm.errors import OutOfBounds
from wasi_world import PAGE, bare_memory


def test_what_is_written_is_read() -> None:
    _, _, memory = bare_memory()
    memory.write(10, b"abc")
    memory.write_u32(20, 0x1_0203_0405)
    memory.write_u64(30, -1)
    assert memory.read(9, 5) == b"\0abc\0"
    assert memory.read_u32(20) == 0x0203_0405
    assert memory.read(30, 9) == b"\xff" * 8 + b"\0"


def test_the_last_byte_is_inside_and_the_next_is_not() -> None:
    _, _, memory = bare_memory()
    memory.write(PAGE - 1, b"x")
    assert memory.read(PAGE - 1, 1) == b"x"
    assert memory.read(PAGE, 0) == b""
    with pytest.raises(OutOfBounds):
        memory.write(PAGE - 1, b"xy")
    assert memory.read(PAGE - 1, 1) == b"x"
    with pytest.raises(OutOfBounds):
        memory.read(PAGE, 1)


@pytest.mark.parametrize(("address", "size"), [(-1, 1), (-1, 2), (0, -1), (2**31, 1), (-(2**31), 2**31), (PAGE + 1, 0)])
def test_a_negative_number_is_a_large_one(address: int, size: int) -> None:
    _, _, memory = bare_memory()
    with pytest.raises(OutOfBounds):
        memory.read(address, size)
    with pytest.raises(OutOfBounds):
        memory.check(address, size)


def test_a_memory_that_grew_is_read_to_its_new_end() -> None:
    store, memory, guest = bare_memory(1, 3)
    guest.write(0, b"kept")
    memory.grow(store, 2)
    assert guest.size == 3 * PAGE
    guest.write(3 * PAGE - 4, b"last")
    assert (guest.read(0, 4), guest.read(3 * PAGE - 4, 4)) == (b"kept", b"last")


def test_an_empty_memory_has_no_byte() -> None:
    _, _, memory = bare_memory(0)
    assert memory.read(0, 0) == b""
    with pytest.raises(OutOfBounds):
        memory.read(0, 1)
