from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.sandbox.wasm.errors import WasiError
from codefavor.sandbox.wasm.files import MemoryFiles
from codefavor.sandbox.wasm.nodes import Directory, File


def errno_of(action: Callable[[], object]) -> str:
    try:
        action()
    except WasiError as error:
        return error.errno.name
    return ""


class Model:
    """The tree as a flat table: contents of files by path, None for directories."""

    def __init__(self) -> None:
        self.tree: dict[str, bytes | None] = {"/tmp": None}

    def missing_parent(self, path: str) -> str:
        parent = path.rpartition("/")[0]
        while parent:
            above = parent.rpartition("/")[0]
            if parent in self.tree and self.tree[parent] is not None:
                return "NOTDIR"
            if parent not in self.tree and (not above or self.tree.get(above, b"") is None):
                return "NOENT"
            parent = above
        return ""

    def create(self, path: str, data: bytes | None) -> str:
        if error := self.missing_parent(path):
            return error
        if path in self.tree:
            return "EXIST"
        self.tree[path] = data
        return ""

    def inside(self, path: str) -> list[str]:
        return [other for other in self.tree if other.startswith(path + "/")]

    def remove(self, path: str, directory: bool) -> str:
        if error := self.missing_parent(path):
            return error
        if path not in self.tree:
            return "NOENT"
        is_directory = self.tree[path] is None
        if is_directory != directory:
            return "NOTDIR" if directory else "ISDIR"
        if self.inside(path):
            return "NOTEMPTY"
        del self.tree[path]
        return ""

    def rename(self, old: str, new: str) -> str:
        if error := self.missing_parent(old) or self.missing_parent(new):
            return error
        if old not in self.tree:
            return "NOENT"
        if old == new:
            return ""
        if error := self.kept_from(old, new):
            return error
        moved = {new + path[len(old) :]: self.tree.pop(path) for path in [old, *self.inside(old)]}
        self.tree.update(moved)
        return ""

    def do(self, kind: str, path: str, other: str) -> str:
        match kind:
            case "create":
                return self.create(path, other.encode())
            case "directory":
                return self.create(path, None)
            case "unlink" | "rmdir":
                return self.remove(path, directory=kind == "rmdir")
            case _:
                return self.rename(path, other)

    def kept_from(self, old: str, new: str) -> str:
        if self.tree[old] is not None:
            return "ISDIR" if new in self.tree and self.tree[new] is None else ""
        if new.startswith(old + "/"):
            return "INVAL"
        if new in self.tree and self.tree[new] is not None:
            return "NOTDIR"
        return "NOTEMPTY" if self.inside(new) else ""


def do(files: MemoryFiles, kind: str, path: str, other: str) -> None:
    match kind:
        case "create":
            files.write(files.create(files.root, path), 0, other.encode())
        case "directory":
            files.make_directory(files.root, path)
        case "unlink":
            files.unlink(files.root, path)
        case "rmdir":
            files.remove_directory(files.root, path)
        case _:
            files.rename(files.root, path, files.root, other)


def as_table(directory: Directory, path: str = "/tmp") -> dict[str, bytes | None]:
    table: dict[str, bytes | None] = {path: None}
    for name, node in directory.entries.items():
        below = f"{path}/{name}"
        table |= {below: bytes(node.data)} if isinstance(node, File) else as_table(node, below)
    return table


PATHS = st.lists(st.sampled_from("ab"), min_size=1, max_size=3).map(lambda parts: "/".join(["/tmp", *parts]))
KINDS = st.sampled_from(["create", "directory", "unlink", "rmdir", "rename"])
STEPS = st.tuples(KINDS, PATHS, PATHS)


@given(st.lists(STEPS, max_size=40))
def test_the_tree_does_what_a_flat_table_does(steps: list[tuple[str, str, str]]) -> None:
    files, model = MemoryFiles(), Model()
    for step in steps:
        assert (step, errno_of(partial(do, files, *step))) == (step, model.do(*step))
    scratch = files.lookup(files.root, "tmp")
    assert isinstance(scratch, Directory)
    assert as_table(scratch) == model.tree


WRITES = st.tuples(st.integers(0, 30), st.one_of(st.binary(max_size=10), st.none()))


@given(st.lists(WRITES, max_size=20))
def test_a_file_holds_what_was_written_and_zeros_in_the_gaps(writes: list[tuple[int, bytes | None]]) -> None:
    files, expected = MemoryFiles(), b""
    file = files.create(files.root, "tmp/a")
    for offset, data in writes:
        if data is None:
            files.resize(file, offset)
            expected = expected[:offset].ljust(offset, b"\0")
        else:
            files.write(file, offset, data)
            if data:
                expected = expected[:offset].ljust(offset, b"\0") + data + expected[offset + len(data) :]
        assert files.read(file, 0, 100) == expected


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 60), st.booleans()), max_size=30))
def test_the_quota_is_what_the_files_hold(steps: list[tuple[str, int, bool]]) -> None:
    files, sizes = MemoryFiles(max_bytes=100), dict[str, int]()
    for name, size, remove in steps:
        path = f"tmp/{name}"
        if remove:
            assert errno_of(partial(files.unlink, files.root, path)) == ("" if name in sizes else "NOENT")
            sizes.pop(name, None)
            continue
        if name not in sizes:
            files.create(files.root, path)
            sizes[name] = 0
        node = files.lookup(files.root, path)
        assert isinstance(node, File)
        fits = sum(sizes.values()) - sizes[name] + size <= 100
        assert errno_of(partial(files.resize, node, size)) == ("" if fits else "NOSPC")
        sizes[name] = size if fits else sizes[name]


def test_a_file_that_is_open_keeps_its_bytes_until_it_is_closed() -> None:
    files = MemoryFiles(max_bytes=10)
    file = files.create(files.root, "tmp/a")
    files.opened(file)
    files.write(file, 0, b"x" * 10)
    files.unlink(files.root, "tmp/a")
    other = files.create(files.root, "tmp/b")
    assert errno_of(lambda: files.write(other, 0, b"y")) == "NOSPC"
    files.closed(file)
    files.write(other, 0, b"y" * 10)
    assert files.read(other, 0, 20) == b"y" * 10


def test_files_and_directories_count_against_the_number_of_inodes() -> None:
    files = MemoryFiles({"/lib/a": b"", "/lib/b": b""}, max_inodes=2)
    files.make_directory(files.root, "tmp/d")
    files.create(files.root, "tmp/d/f")
    assert errno_of(lambda: files.create(files.root, "tmp/g")) == "NOSPC"
    assert errno_of(lambda: files.make_directory(files.root, "tmp/g")) == "NOSPC"
    files.unlink(files.root, "tmp/d/f")
    files.create(files.root, "tmp/g")


@pytest.mark.parametrize("path", ["lib/a", "lib/new", "new", "dev/null", "lib", "tmp"])
def test_nothing_outside_the_scratch_changes(path: str) -> None:
    files = MemoryFiles({"/lib/a": b"library"})
    root = files.root
    files.create(root, "tmp/x")
    files.make_directory(root, "tmp/y")
    actions: list[Callable[[], object]] = [
        lambda: files.create(root, path),
        lambda: files.make_directory(root, path),
        lambda: files.unlink(root, path),
        lambda: files.remove_directory(root, path),
        lambda: files.rename(root, path, root, "tmp/z"),
        lambda: files.rename(root, "tmp/x", root, path),
        lambda: files.rename(root, "tmp/y", root, path),
    ]
    assert all(errno_of(action) for action in actions)
    node = files.lookup(root, "lib/a")
    assert isinstance(node, File)
    assert errno_of(lambda: files.write(node, 0, b"x")) == errno_of(lambda: files.resize(node, 0)) == "ROFS"
    assert files.read(node, 0, 100) == b"library"


def test_read_only_contents_are_not_copied() -> None:
    data = bytearray(b"large")
    files = MemoryFiles({"/lib/a": memoryview(data)})
    node = files.lookup(files.root, "lib/a")
    assert isinstance(node, File)
    data[0:1] = b"L"
    assert files.read(node, 0, 5) == b"Large"


@pytest.mark.parametrize("path", ["..", "../..", "tmp/../..", "/../tmp/..", "."])
def test_nothing_is_above_the_root(path: str) -> None:
    files = MemoryFiles()
    assert files.lookup(files.root, path) is files.root


@pytest.mark.parametrize(
    ("path", "errno"),
    [
        ("", "NOENT"),
        ("tmp/none/../f", "NOENT"),
        ("tmp/f/..", "NOTDIR"),
        ("tmp/f/", "NOTDIR"),
        ("tmp/f\0", "INVAL"),
        ("tmp/" + "x" * 256, "NAMETOOLONG"),
        ("./" * 3000, "NAMETOOLONG"),
    ],
)
def test_a_path_that_leads_nowhere_says_why(path: str, errno: str) -> None:
    files = MemoryFiles()
    files.create(files.root, "tmp/f")
    assert errno_of(lambda: files.lookup(files.root, path)) == errno


def test_a_removed_directory_takes_nothing_in() -> None:
    files = MemoryFiles()
    files.make_directory(files.root, "tmp/d")
    removed = files.lookup(files.root, "tmp/d")
    assert isinstance(removed, Directory)
    files.remove_directory(files.root, "tmp/d")
    assert errno_of(lambda: files.create(removed, "f")) == "NOENT"


def test_a_number_stays_with_its_file() -> None:
    files = MemoryFiles()
    file = files.create(files.root, "tmp/a")
    number = file.inode
    files.rename(files.root, "tmp/a", files.root, "tmp/b")
    assert files.lookup(files.root, "tmp/b").inode == number
    assert files.create(files.root, "tmp/a").inode != number


def test_the_null_device_takes_everything_and_keeps_nothing() -> None:
    files = MemoryFiles(max_bytes=1)
    null = files.lookup(files.root, "dev/null")
    assert isinstance(null, File)
    files.write(null, 0, b"x" * 100)
    files.resize(null, 100)
    assert files.read(null, 0, 100) == b""


def test_the_scratch_may_be_the_root() -> None:
    files = MemoryFiles({"/lib/a": b"1"}, scratch="/")
    files.create(files.root, "a")
    assert errno_of(lambda: files.unlink(files.root, "lib/a")) == "ROFS"
    assert errno_of(lambda: files.rename(files.root, "lib", files.root, "moved")) == "ROFS"
