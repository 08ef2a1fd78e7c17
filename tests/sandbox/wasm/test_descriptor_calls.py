from __future__ import annotations

import struct

import pytest

from codefavor.sandbox.wasm.files import MemoryFiles
from wasi_world import ALL, BUFFERS, CREATE, DATA, DIRECTORY, PAGE, READ, RESULT, WRITE, World


class Recorder:
    def __init__(self) -> None:
        self.taken: list[bytes] = []

    def read(self, size: int) -> bytes:
        return b"from the host"

    def write(self, data: bytes) -> None:
        self.taken.append(data)


def test_a_file_is_written_sought_and_read() -> None:
    world = World()
    file = world.open("tmp/a", CREATE)
    assert world.write(file, b"hello") == 0
    assert world.seek(file, 1) == 1
    assert world.read(file, 3) == b"ell"
    assert world.seek(file, -1, 2) == 4
    assert world.seek(file, 0, 1) == 4
    assert world.call("fd_tell", file, RESULT) == 0
    assert world.u64(RESULT) == 4


def test_seeking_before_the_start_or_from_nowhere_is_refused() -> None:
    world = World()
    file = world.open("tmp/a", CREATE)
    seeks = [(-1, 0), (0, 3), (0, -1), ((1 << 63) - 1, 0), (-(1 << 63), 1)]
    assert [world.call("fd_seek", file, *seek, RESULT) for seek in seeks] == [28] * 5


def test_appending_writes_at_the_end_wherever_the_position_is() -> None:
    world = World()
    world.write(world.open("tmp/a", CREATE), b"one")
    file = world.open("tmp/a", flags=1)
    world.write(file, b"two")
    world.seek(file, 0)
    world.write(file, b"!")
    world.seek(file, 0)
    assert world.read(file) == b"onetwo!"
    assert world.call("fd_fdstat_set_flags", file, 0) == 0
    world.seek(file, 0)
    world.write(file, b"O")
    world.seek(file, 0)
    assert world.read(file) == b"Onetwo!"


def test_buffers_are_filled_and_gathered_in_order() -> None:
    world = World(stdin=b"abcdefgh")
    world.memory.write(BUFFERS, struct.pack("<IIIIII", DATA, 3, DATA + 10, 0, DATA + 20, 100))
    assert world.call("fd_read", 0, BUFFERS, 3, RESULT) == 0
    assert (world.memory.read(DATA, 4), world.memory.read(DATA + 20, 6)) == (b"abc\0", b"defgh\0")
    assert world.memory.read_u32(RESULT) == 8
    world.memory.write(BUFFERS, struct.pack("<IIII", DATA + 20, 2, DATA, 3))
    assert world.call("fd_write", 1, BUFFERS, 2, RESULT) == 0
    assert world.system.stdout == b"deabc"


def test_reading_and_writing_at_an_offset_leaves_the_position() -> None:
    world = World()
    file = world.open("tmp/a", CREATE)
    world.memory.write(DATA, b"xy")
    world.memory.write(BUFFERS, struct.pack("<II", DATA, 2))
    assert world.call("fd_pwrite", file, BUFFERS, 1, 3, RESULT) == 0
    assert world.call("fd_pread", file, BUFFERS, 1, 2, RESULT) == 0
    assert world.memory.read(DATA, 2) == b"\0x"
    assert world.read(file) == b"\0\0\0xy"
    assert world.call("fd_pread", file, BUFFERS, 1, -1, RESULT) == 28
    assert world.call("fd_pread", 0, BUFFERS, 1, 0, RESULT) == 70


@pytest.mark.parametrize("count", [1025, -1, 1 << 31, (1 << 32) - 1])
def test_too_many_buffers_are_refused(count: int) -> None:
    world = World(stdin=b"abc")
    assert world.call("fd_read", 0, BUFFERS, count, RESULT) == world.call("fd_write", 1, BUFFERS, count, RESULT) == 28


@pytest.mark.parametrize(("address", "size"), [(PAGE - 1, 2), (0, 1 << 31), (-1, 1), (0, -1)])
def test_a_buffer_outside_the_memory_takes_nothing_from_the_stream(address: int, size: int) -> None:
    world = World(stdin=b"abc")
    world.memory.write(BUFFERS, struct.pack("<II", address & 0xFFFFFFFF, size & 0xFFFFFFFF))
    assert world.call("fd_read", 0, BUFFERS, 1, RESULT) == world.call("fd_write", 1, BUFFERS, 1, RESULT) == 21
    assert world.read(0) == b"abc"
    assert world.system.stdout == b""


def test_a_result_outside_the_memory_takes_nothing_from_the_stream() -> None:
    world = World(stdin=b"abc")
    world.memory.write(BUFFERS, struct.pack("<II", DATA, 3))
    assert world.call("fd_read", 0, BUFFERS, 1, PAGE - 3) == world.call("fd_write", 1, BUFFERS, 1, PAGE - 3) == 21
    assert world.read(0) == b"abc"
    assert world.system.stdout == b""


def test_a_file_is_read_or_written_as_it_was_opened() -> None:
    world = World()
    written, read = world.open("tmp/a", CREATE, WRITE), world.open("tmp/a", 0, READ)
    world.memory.write(BUFFERS, struct.pack("<II", DATA, 3))
    assert world.call("fd_read", written, BUFFERS, 1, RESULT) == 8
    assert world.call("fd_write", read, BUFFERS, 1, RESULT) == world.call("fd_filestat_set_size", read, 0) == 8


def test_a_channel_is_the_hosts_and_stays_open() -> None:
    recorder = Recorder()
    world = World(channels={4: recorder})
    assert world.write(4, b"message") == 0
    assert world.read(4, 8) == b"from the"
    assert recorder.taken == [b"message"]
    file = world.open("tmp/a", CREATE)
    assert [world.call("fd_close", 4), world.call("fd_close", 3)] == [63, 63]
    assert [world.call("fd_renumber", 4, file), world.call("fd_renumber", file, 4)] == [63, 63]
    assert world.call("fd_seek", 4, 0, 0, RESULT) == 70
    assert world.read(4, 4) == b"from"


def test_a_channel_cannot_take_the_place_of_a_stream() -> None:
    with pytest.raises(ValueError, match="descriptor 2"):
        World(channels={2: Recorder()})


def test_a_renumbered_descriptor_replaces_the_other() -> None:
    world = World()
    file = world.open("tmp/a", CREATE)
    assert world.call("fd_renumber", file, 1) == 0
    world.write(1, b"to the file")
    assert world.call("fd_close", file) == 8
    assert world.system.stdout == b""
    assert world.read(world.open("tmp/a")) == b"to the file"
    assert world.call("fd_renumber", 1, 30) == 8


def test_descriptors_are_numbered_from_the_lowest_and_run_out() -> None:
    world = World(MemoryFiles(max_descriptors=8), channels={5: Recorder()})
    assert [world.open("tmp/a", CREATE) for _ in range(3)] == [4, 6, 7]
    assert world.try_open("tmp/b", CREATE) == 33
    assert world.call("fd_close", 6) == 0
    assert world.open("tmp/a") == 6


def test_the_quota_answers_nospc_and_keeps_the_file() -> None:
    world = World(MemoryFiles(max_bytes=10))
    file = world.open("tmp/a", CREATE)
    assert world.write(file, b"x" * 10) == 0
    assert world.write(file, b"y") == world.call("fd_filestat_set_size", file, 1 << 40) == 51
    world.seek(file, 1 << 40)
    assert world.write(file, b"y") == 51
    world.seek(file, 0)
    assert world.read(file) == b"x" * 10


def test_a_directory_is_listed_in_pieces_as_it_was_at_the_start() -> None:
    world = World()
    for name in "abc":
        world.open(f"tmp/{name}", CREATE)
    directory = world.open("tmp", DIRECTORY)
    names, cookie = [], 0
    while True:
        assert world.call("fd_readdir", directory, DATA, 26, cookie, RESULT) == 0
        if not world.memory.read_u32(RESULT):
            break
        cookie = world.u64(DATA)
        names.append(world.memory.read(DATA + 24, world.memory.read_u32(DATA + 16))[:1])
        world.with_path("path_unlink_file", "tmp/" + names[-1].decode())
    assert names == [b".", b".", b"a", b"b", b"c"]
    assert world.names("tmp") == []


def test_a_listing_stays_in_its_buffer() -> None:
    world = World()
    directory = world.open("tmp", DIRECTORY)
    world.memory.write(DATA, b"\xee" * 40)
    assert world.call("fd_readdir", directory, DATA, 10, 0, RESULT) == 0
    assert world.memory.read_u32(RESULT) == 10
    assert world.memory.read(DATA + 10, 30) == b"\xee" * 30
    assert world.call("fd_readdir", directory, DATA, -1, 0, RESULT) == 21
    assert world.call("fd_readdir", directory, DATA, 100, -1, RESULT) == 0
    assert world.memory.read_u32(RESULT) == 0
    assert world.call("fd_readdir", 0, DATA, 100, 0, RESULT) == 54


def test_streams_are_no_terminals_and_cannot_be_sought() -> None:
    world = World()
    for number in range(3):
        assert world.call("fd_fdstat_get", number, RESULT) == 0
        file_type, _, rights, _ = struct.unpack("<BxH4xQQ", world.memory.read(RESULT, 24))
        assert (file_type, bool(rights & 1 << 2)) == (2, True)
        assert world.call("fd_seek", number, 0, 0, RESULT) == 70


def test_rights_of_any_bits_are_told_again() -> None:
    world = World()
    file = world.open("tmp/a", CREATE, ALL)
    assert world.call("fd_fdstat_get", file, RESULT) == 0


def test_the_root_is_preopened_and_a_channel_says_so_and_opens_nothing() -> None:
    world = World(channels={4: Recorder()})
    assert [world.call("fd_prestat_get", number, RESULT) for number in (2, 3, 4, 5)] == [8, 0, 0, 8]
    assert world.call("fd_prestat_get", 3, RESULT) == 0
    assert struct.unpack("<II", world.memory.read(RESULT, 8)) == (0, 1)
    assert world.call("fd_prestat_dir_name", 3, DATA, 1) == 0
    assert world.memory.read(DATA, 2) == b"/\0"
    assert world.call("fd_prestat_dir_name", 3, DATA, 0) == 37
    assert world.call("fd_prestat_dir_name", 4, DATA, 9) == 0
    assert world.memory.read(DATA, 9) == b"/dev/fd/4"
    assert [world.try_open(path, base=4) for path in ("x", ".", "/dev/fd/4")] == [54, 54, 54]


def test_closed_streams_are_gone() -> None:
    world = World(stdin=b"x")
    assert world.call("fd_close", 0) == 0
    assert world.call("fd_close", 0) == 8
