from pathlib import Path

import pytest

from codefavor.errors import DataError
from codefavor.git.repository import open_repository
from codefavor.git.revisions import find_revisions
from codefavor.review.changed_files import ChangedFile, read_changed_files
from codefavor.review.changed_functions import find_changed_functions
from codefavor.review.other_languages import name_unreviewed
from codefavor.review.records import NotJudged
from git_repository import GitRepository


def changes(old: str, new: str) -> list[tuple[str, str, int]]:
    found, not_judged = find_changed_functions([ChangedFile("m.py", "m.py", old, new)])
    assert not not_judged
    return [(each.kind, each.shown.function.qualified_name, each.shown.function.first_line) for each in found]


CLASS = """class C:
    @property
    def x(self):
        return {0}

    @x.setter
    def x(self, to):
        self.y = {1}
"""
CONDITION = "if 1 > 0:\n    def f():\n        return {0}\nelse:\n    def f():\n        return 2\n"


def test_only_what_differs_is_found() -> None:
    assert changes("def f():\n    return 1\n\ndef g(): pass\n", "\ndef f():\n    return 2\n\ndef g(): pass\n") == [
        ("changed", "f", 2)
    ]


def test_a_property_and_its_setter_are_two() -> None:
    assert changes(CLASS.format("self.y", "to"), CLASS.format("self.y", "to + 1")) == [("changed", "C.x", 6)]
    assert [line for _, _, line in changes(CLASS.format("1", "2"), CLASS.format("3", "4"))] == [2, 6]


def test_nested_functions_belong_to_their_parent() -> None:
    code = "def outer():\n    def inner():\n        return {0}\n    return inner\n"
    assert changes(code.format(1), code.format(2)) == [("changed", "outer", 1)]


def test_functions_under_conditions_async_and_decorators_count() -> None:
    assert changes(CONDITION.format(1), CONDITION.format(3)) == [("changed", "f", 2)]
    assert changes("async def f(): return 1\n", "async def f(): return 2\n") == [("changed", "f", 1)]
    assert changes("def f(): return 1\n", "import a\n\n@a.b\ndef f(): return 1\n") == [("changed", "f", 3)]


def test_renamed_added_and_deleted_functions() -> None:
    body = "(items):\n    total = 0\n    for item in items:\n        total += item\n    return total\n"
    assert changes(f"def total_of{body}", f"def sum_up{body}") == [("renamed", "sum_up", 1)]
    assert changes("", "def f(): return 1\n") == [("added", "f", 1)]
    assert changes("def f(): return 1\n", "") == [("deleted", "f", 1)]


def test_a_function_moved_to_another_file() -> None:
    body = "def f(items):\n    return [item * 2 for item in items if item]\n"
    found, _ = find_changed_functions([ChangedFile("a.py", "a.py", body, ""), ChangedFile(None, "b.py", "", body)])
    assert [(each.kind, each.shown.file.path) for each in found] == [("moved", "b.py")]


def test_a_side_that_does_not_parse_is_named() -> None:
    found, not_judged = find_changed_functions([ChangedFile("m.py", "m.py", "def f(): pass", "def f(:")])
    assert not found
    assert "new side is not Python that parses here" in not_judged[0].reason and "line 1" in not_judged[0].reason


def files_of(
    repository: GitRepository, asked: str | None = None, staged: bool = False
) -> list[ChangedFile | NotJudged]:
    opened = open_repository(repository.folder)
    return list(read_changed_files(opened, find_revisions(opened, asked, staged)))


def reasons(repository: GitRepository) -> dict[str, str]:
    return {each.path: each.reason for each in files_of(repository) if isinstance(each, NotJudged)}


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path / "r")
    other = GitRepository(tmp_path / "other")
    other.commit({"a.py": "x = 1\n"})
    repository.commit({"README": "hello"})
    repository.git("submodule", "--quiet", "add", str(other.folder), "sub")
    (repository.folder / "link.py").symlink_to("README")
    repository.commit(
        {"binary.py": b"a\0b", "bytes.py": b"x = '\xff'\n", "odd.py": b"# coding: nonsense\n", "notes.md": "x"}
    )
    told = reasons(repository)
    assert set(told) == {"sub", "link.py", "binary.py", "bytes.py", "odd.py"}
    assert "submodule" in told["sub"] and "link" in told["link.py"] and told["binary.py"] == "It is binary."
    assert "UTF-8" in told["bytes.py"] and "UTF-8" in told["odd.py"]


def test_other_languages_are_named_with_the_functions_that_differ(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    before = "function f(x) { return x }\nfunction g() { return 1 }\nclass K { m() { return 1 } }\n"
    repository.commit({"a.js": before, "b.go": "package a\n", "c.rs": "fn f() {}\n", "notes.md": "x\n"})
    after = before.replace("return x", "return x + 1").replace("function g", "function h")
    repository.commit({"a.js": after, "b.go": "package a // b\n", "c.rs": "fn f( {\n", "notes.md": "y\n"})
    read = [file for file in files_of(repository) if isinstance(file, ChangedFile)]
    named = {file.path: file.reason for file in map(name_unreviewed, read)}
    assert named == {
        "a.js": "JavaScript is not reviewed yet. Functions that differ: f (changed), h (added), g (deleted).",
        "b.go": "Go is not reviewed yet.",
        "c.rs": "Rust is not reviewed yet.",
    }


def test_declared_encodings_are_read(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    repository.commit({"latin.py": "# coding: latin-1\nx = 'é'\n".encode("latin-1")})
    (read,) = files_of(repository)
    assert isinstance(read, ChangedFile) and read.new.endswith("x = 'é'\n")


def test_root_merge_and_ranges(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    first = repository.commit({"a.py": "a = 1\n"})
    repository.git("checkout", "--quiet", "-b", "side")
    repository.commit({"b.py": "b = 1\n"})
    repository.git("checkout", "--quiet", "main")
    repository.commit({"a.py": "a = 2\n"})
    repository.git("merge", "--quiet", "--no-edit", "side")
    paths = {
        asked: [each.new_path for each in files_of(repository, asked) if isinstance(each, ChangedFile)]
        for asked in (first, "HEAD", f"{first}..HEAD", "main~1...side", "HEAD..HEAD")
    }
    assert list(paths.values()) == [["a.py"], ["b.py"], ["a.py", "b.py"], ["b.py"], []]
    opened = open_repository(tmp_path)
    assert "the first one" in find_revisions(opened, first, False).description
    assert "a merge" in find_revisions(opened, "HEAD", False).description


@pytest.mark.parametrize("asked", ["nowhere", "--output=x", "a..b", "HEAD^{tree}", "0" * 40])
def test_what_is_no_commit_is_refused(tmp_path: Path, asked: str) -> None:
    repository = GitRepository(tmp_path)
    repository.commit({"a.py": "a = 1\n"})
    with pytest.raises(DataError, match="no commit is called"):
        find_revisions(open_repository(tmp_path), asked, False)


def test_a_shallow_clone_says_what_it_lacks(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path / "whole")
    repository.commit({"a.py": "a = 1\n"})
    repository.commit({"a.py": "a = 2\n"})
    repository.git("clone", "--quiet", "--depth=1", f"file://{repository.folder}", str(tmp_path / "shallow"))
    opened = open_repository(tmp_path / "shallow")
    with pytest.raises(DataError, match="fetch --deepen=1"):
        find_revisions(opened, None, False)
    assert find_revisions(opened, "HEAD..HEAD", False).old
    with pytest.raises(DataError, match="no commit is called 'HEAD~1'"):
        find_revisions(opened, "HEAD~1", False)


def test_what_is_staged_before_and_after_the_first_commit(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path)
    repository.write({"a.py": "a = 1\n"})
    (read,) = files_of(repository, staged=True)
    assert isinstance(read, ChangedFile) and (read.old, read.new) == ("", "a = 1\n")
    repository.commit({})
    repository.write({"a.py": "a = 2\n"})
    (tmp_path / "a.py").write_text("a = 3\n", encoding="utf-8")
    (read,) = files_of(repository, staged=True)
    assert isinstance(read, ChangedFile) and (read.old, read.new) == ("a = 1\n", "a = 2\n")
