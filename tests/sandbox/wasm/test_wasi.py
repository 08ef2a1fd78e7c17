from __future__ import annotations

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.sandbox.wasm.files import MemoryFiles
from codefavor.sandbox.wasm.memory import GuestMemory
from codefavor.sandbox.wasm.wasi import GuestExit, WasiSystem
from wasi_world import CREATE, PAGE, World, bare_memory

PREVIEW_1 = """
args_get args_sizes_get clock_res_get clock_time_get environ_get environ_sizes_get fd_advise fd_allocate fd_close
fd_datasync fd_fdstat_get fd_fdstat_set_flags fd_fdstat_set_rights fd_filestat_get fd_filestat_set_size
fd_filestat_set_times fd_pread fd_prestat_dir_name fd_prestat_get fd_pwrite fd_read fd_readdir fd_renumber fd_seek
fd_sync fd_tell fd_write path_create_directory path_filestat_get path_filestat_set_times path_link path_open
path_readlink path_remove_directory path_rename path_symlink path_unlink_file poll_oneoff proc_exit proc_raise
random_get sched_yield sock_accept sock_recv sock_send sock_shutdown
""".split()


class Echo:
    def read(self, size: int) -> bytes:
        return b"e" * min(size, 10)

    def write(self, data: bytes) -> None:
        self.last = data


def new_system(memory: GuestMemory) -> WasiSystem:
    files = MemoryFiles({"/lib/a": b"library"})
    system = WasiSystem(["a", "bc"], {"A": "1"}, files, b"input", {4: Echo(), 5: Echo()}, 1, 100)
    system.memory = memory
    return system


def test_every_function_of_preview_1_exists() -> None:
    assert World().system.functions == frozenset(PREVIEW_1)


def test_a_function_that_does_not_exist_answers_nosys() -> None:
    assert World().call("fd_dance", 1, 2) == 52


def test_without_a_memory_a_function_answers_fault() -> None:
    assert WasiSystem([], {}, MemoryFiles(), b"", {}, 1, 10).call("args_sizes_get", 0, 4) == 21


HOSTILE = st.one_of(
    st.integers(-8, 70),
    st.sampled_from([PAGE - 1, PAGE - 4, PAGE - 8, PAGE, 1 << 30, 1 << 31, (1 << 32) - 1, -(1 << 31), 1024, 1025]),
    st.sampled_from([1 << 62, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, -(1 << 63)]),
    st.integers(0, PAGE),
)
COUNTS = {name: len(inspect.signature(World().system._functions[name]).parameters) for name in PREVIEW_1}
CALLS = st.sampled_from(PREVIEW_1).flatmap(
    lambda name: st.tuples(st.just(name), st.lists(HOSTILE, min_size=COUNTS[name], max_size=COUNTS[name]))
)
SMALL = st.sampled_from([b"tmp/a", b"tmp", b"\xff\0", bytes(range(200)), b"\x00\x20\x00\x00\x10\x00\x00\x00" * 50])


@given(st.lists(CALLS, max_size=30), st.lists(st.tuples(st.integers(0, 1000), SMALL), max_size=4))
def test_any_numbers_are_answered_by_an_errno(
    calls: list[tuple[str, list[int]]], contents: list[tuple[int, bytes]]
) -> None:
    memory = bare_memory()[2]
    for address, data in contents:
        memory.write(address, data)
    system = new_system(memory)
    for name, arguments in calls:
        if name == "proc_exit":
            with pytest.raises(GuestExit):
                system.call(name, *arguments)
        else:
            assert 0 <= system.call(name, *arguments) <= 76
    assert len(system.stdout) <= 100 >= len(system.stderr)
    assert system.call("fd_prestat_get", 3, 0) == 0
    assert system.call("fd_filestat_get", 4, 0) == system.call("fd_filestat_get", 5, 0) == 0


def test_output_is_kept_to_the_limit_and_the_guest_is_not_told() -> None:
    world = World(max_output=5)
    assert [world.write(1, b"abc"), world.write(1, b"def"), world.write(1, b"g"), world.write(2, b"12345")] == [0] * 4
    assert (bytes(world.system.stdout), bytes(world.system.stderr)) == (b"abcde", b"12345")
    assert world.system.truncated


def test_output_up_to_the_limit_is_whole() -> None:
    world = World(max_output=5)
    world.write(1, b"12345")
    assert not world.system.truncated


def test_what_does_not_exist_is_noted_once() -> None:
    world = World(MemoryFiles({"/lib/a": b""}))
    world.call("sock_send", 1, 0, 0, 0, 0)
    world.call("sock_accept", 1, 0, 0)
    world.call("proc_raise", 9)
    for path in ["etc/passwd", "etc/../etc/passwd", "tmp/missing", "lib/missing", "dev/urandom"]:
        world.try_open(path)
    world.try_open("out.txt", CREATE)
    expected = ["network", "signal", "file /etc/passwd (nothing is there inside)", "file /out.txt"]
    assert world.system.refused == expected


def test_notes_are_few_and_short() -> None:
    world = World()
    for number in range(100):
        world.try_open(f"{number}" + "x" * 250)
    assert len(world.system.refused) == 20
    assert max(map(len, world.system.refused)) < 250
