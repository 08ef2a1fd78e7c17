from __future__ import annotations

import struct

import pytest

from codefavor.sandbox.wasm.clock import START
from codefavor.sandbox.wasm.files import MemoryFiles
from wasi_world import CREATE, DATA, DIRECTORY, EXCLUSIVE, PATH, READ, RESULT, TRUNCATE, World

LIBRARY = {"/usr/lib/a.py": b"print()"}


def stat(world: World, path: str) -> tuple[int, int, int, int]:
    """Return the number, the type, the size and the time of modification of what is at `path`."""
    encoded = path.encode()
    world.memory.write(PATH, encoded)
    assert world.call("path_filestat_get", 3, 0, PATH, len(encoded), DATA) == 0
    _, number, kind, _, size, _, modified, _ = struct.unpack("<QQB7xQQQQQ", world.memory.read(DATA, 64))
    return number, kind, size, modified


def test_the_root_is_listed() -> None:
    assert sorted(World(MemoryFiles(LIBRARY)).names(".")) == ["dev", "tmp", "usr"]


def test_a_read_only_file_is_read_and_not_written() -> None:
    world = World(MemoryFiles(LIBRARY))
    assert world.read(world.open("usr/lib/a.py", 0, READ)) == b"print()"
    assert world.try_open("usr/lib/a.py") == 69
    assert world.try_open("usr/lib/a.py", TRUNCATE, READ) == 69
    assert world.try_open("usr/lib/b.py", CREATE) == 69
    assert stat(world, "usr/lib/a.py")[1:] == (4, 7, START)


@pytest.mark.parametrize(
    ("path", "how", "errno"),
    [
        ("tmp/new", 0, 44),
        ("tmp/new", DIRECTORY, 44),
        ("tmp/new/", CREATE, 31),
        ("tmp/old", CREATE | EXCLUSIVE, 20),
        ("tmp/old", DIRECTORY, 54),
        ("tmp/old/below", CREATE, 54),
        ("tmp/old/", 0, 54),
        ("tmp", 0, 31),
        ("tmp", CREATE, 31),
        ("tmp", CREATE | EXCLUSIVE, 20),
        ("", 0, 44),
        ("tmp/" + "x" * 256, CREATE, 37),
    ],
)
def test_opening_fails_as_posix_says(path: str, how: int, errno: int) -> None:
    world = World()
    world.open("tmp/old", CREATE)
    assert world.try_open(path, how) == errno
    assert world.names("tmp") == ["old"]


def test_truncating_empties_a_file() -> None:
    world = World()
    world.write(world.open("tmp/a", CREATE), b"old")
    assert world.read(world.open("tmp/a", TRUNCATE)) == b""


def test_a_file_without_a_name_is_still_read() -> None:
    world = World()
    file = world.open("tmp/a", CREATE)
    world.write(file, b"kept")
    assert world.with_path("path_unlink_file", "tmp/a") == 0
    world.seek(file, 0)
    assert world.read(file) == b"kept"
    assert world.names("tmp") == []


def test_directories_are_made_moved_and_removed() -> None:
    world = World()
    assert world.with_path("path_create_directory", "tmp/d") == 0
    assert world.with_path("path_create_directory", "tmp/d") == 20
    world.open("f", CREATE, base=world.open("tmp/d", DIRECTORY))
    assert world.rename("tmp/d", "tmp/e") == 0
    assert world.rename("tmp/e", "tmp/e/f/g") == 54
    assert world.names("tmp/e") == ["f"]
    assert world.with_path("path_remove_directory", "tmp/e") == 55
    assert world.with_path("path_unlink_file", "tmp/e/f") == 0
    assert world.with_path("path_remove_directory", "tmp/e") == 0
    assert world.with_path("path_remove_directory", "tmp/.") == 28


def test_an_absolute_path_starts_at_the_root_from_anywhere() -> None:
    world = World(MemoryFiles(LIBRARY))
    base = world.open("tmp", DIRECTORY, READ)
    assert world.read(world.open("../../../usr/lib/a.py", 0, READ, base=base)) == b"print()"
    assert world.read(world.open("/usr/lib/a.py", 0, READ, base=base)) == b"print()"


def test_times_are_fixed_until_they_are_set() -> None:
    world = World()
    file = world.open("tmp/a", CREATE)
    world.write(file, b"x")
    assert stat(world, "tmp/a")[1:] == (4, 1, START)
    assert world.call("fd_filestat_set_times", file, 5, 6, 1 | 4) == 0
    assert stat(world, "tmp/a")[3] == 6
    assert world.call("fd_filestat_set_times", file, 5, 6, 8) == 0
    assert stat(world, "tmp/a")[3] > START
    assert world.call("fd_filestat_set_times", file, 5, 6, 4 | 8) == 28


def test_links_are_refused() -> None:
    world = World()
    world.open("tmp/a", CREATE)
    assert world.call("path_symlink", PATH, 1, 3, PATH, 1) == 58
    assert world.call("path_link", 3, 0, PATH, 1, 3, PATH, 1) == 58
    assert world.with_path("path_readlink", "tmp/a", DATA, 10, RESULT) == 28
    assert world.with_path("path_readlink", "tmp/b", DATA, 10, RESULT) == 44


def test_a_path_that_is_no_text_or_too_long_is_refused() -> None:
    world = World()
    assert world.with_path("path_create_directory", b"tmp/\xff") == 25
    assert world.with_path("path_create_directory", b"tmp/a\0b") == 28
    assert world.call("path_create_directory", 3, 0, 4097) == world.call("path_create_directory", 3, 0, -1) == 37
    assert world.call("path_create_directory", 3, -1, 10) == 21
    assert world.call("path_create_directory", 0, 0, 1) == 54
    assert world.call("path_create_directory", 40, 0, 1) == 8
