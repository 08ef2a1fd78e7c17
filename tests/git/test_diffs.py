"""Names are read as they are, from real repositories: quotes, newlines, tabs, and bytes that are no UTF-8."""

import os
from pathlib import Path

import pytest

from codefavor.errors import DataError
from codefavor.evolve.commit_filter import CommitFilter
from codefavor.evolve.commit_seed import CommitSeed
from codefavor.evolve.git_log import license_of, read_commits
from codefavor.git.diffs import Commit, FileChange, read_changes, read_log
from codefavor.git.repository import open_repository
from codefavor.git.revisions import find_revisions
from codefavor.languages.python.language import PYTHON
from git_repository import GitRepository

NAMES = (
    "größe.py",
    'say "hi".py',
    "two\nlines.py",
    "a\ttab.py",
    "back\\slash.py",
    ":100644 x.py",
    os.fsdecode(b"\xff.py"),
)
BEFORE = "def total(items):\n    result = 0\n    for item in items:\n        result += item\n    return result\n"
AFTER = "def total(items):\n    return sum(items)\n"
MIT = (
    "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated "
    "documentation files... The above copyright notice and this permission notice shall be included."
)


def changed_names(repository: GitRepository, spec: str | None = None, staged: bool = False) -> list[FileChange]:
    opened = open_repository(repository.folder)
    return list(read_changes(opened, find_revisions(opened, spec, staged)))


def log(repository: GitRepository) -> list[Commit]:
    return list(read_log(open_repository(repository.folder)))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_read_as_it_is(tmp_path: Path, name: str) -> None:
    repository = GitRepository(tmp_path / "r")
    first = repository.commit({name: BEFORE, "other.txt": "x"})
    second = repository.commit({name: AFTER})
    repository.write({name: BEFORE + "x = 1\n"})
    raw = os.fsencode(name)
    (change,) = changed_names(repository)
    assert (change.old.name, change.new.name) == (raw, raw)
    (staged,) = changed_names(repository, staged=True)
    assert staged.new.name == raw
    commits = log(repository)
    assert [(commit.id, commit.parents) for commit in commits] == [(second, 1), (first, 0)]
    assert commits[0].changes == (change,)
    assert {file.new.name for file in commits[1].changes} == {raw, b"other.txt"}
    assert not any(file.old.exists for file in commits[1].changes)


@pytest.mark.parametrize("name", NAMES)
def test_no_commit_is_lost_by_the_name_of_its_file(tmp_path: Path, name: str) -> None:
    repository = GitRepository(tmp_path / "r")
    repository.commit({name: BEFORE, "LICENSE": MIT})
    repository.write({name: AFTER})
    repository.git("commit", "--quiet", "--message", "sum the items at once")
    (seed,) = (seed for seed in read_commits(repository.folder, CommitFilter(), PYTHON) if isinstance(seed, CommitSeed))
    assert (seed.before, seed.after) == (BEFORE, AFTER)
    assert seed.path == os.fsencode(name).decode("utf-8", "backslashreplace")
    assert CommitSeed.model_validate_json(seed.model_dump_json()) == seed


def test_both_names_of_a_renamed_file_are_read(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path / "r")
    repository.commit({'"old".py': BEFORE})
    repository.commit({'"old".py': None, "neu\nü.py": BEFORE})
    (change,) = changed_names(repository)
    assert (change.old.name, change.new.name) == (b'"old".py', "neu\nü.py".encode())
    assert change.path == "neu\nü.py"


def test_a_long_history_with_merges_and_empty_commits_is_read_whole(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path / "r")
    ids = [repository.commit({f"{'d/' * (number % 3)}{'n' * 200}{number}\n.py": str(number)}) for number in range(30)]
    repository.git("checkout", "--quiet", "-b", "side", ids[3])
    side = repository.commit({"side.py": "1"})
    repository.git("checkout", "--quiet", "main")
    empty = repository.commit({})
    repository.git("merge", "--quiet", "--no-ff", "--message", "merge", "side")
    commits = log(repository)
    assert {commit.id for commit in commits} == {*ids, side, empty, repository.git("rev-parse", "HEAD")}
    assert sorted(len(commit.changes) for commit in commits) == [0, 0, *[1] * 31]
    assert [commit.parents for commit in commits if not commit.changes] == [2, 1]


def test_a_repository_that_lacks_objects_is_an_error_and_no_short_history(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path / "r")
    first = repository.commit({"a.py": BEFORE})
    repository.commit({"a.py": AFTER})
    repository.commit({"a.py": BEFORE + AFTER})
    (repository.folder / ".git" / "objects" / first[:2] / first[2:]).unlink()
    with pytest.raises(DataError, match="git log failed; `git fsck` shows what is missing"):
        log(repository)


def test_a_history_that_is_not_read_to_its_end_leaves_no_process(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path / "r")
    for number in range(3):
        repository.commit({"a.py": str(number)})
    commits = read_log(open_repository(repository.folder))
    next(commits)
    assert "git" in children()
    commits.close()  # type: ignore[attr-defined]
    assert "git" not in children()


def children() -> list[str]:
    """Return the names of this process's children, ended ones that nobody waited for included."""
    listed = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    pids = [pid for children in listed for pid in children.read_text(encoding="ascii").split()]
    return [Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip() for pid in pids]


def test_licences_are_read_by_object_whatever_their_names(tmp_path: Path) -> None:
    repository = GitRepository(tmp_path / "r")
    bsd = "Redistributions of source code must retain the above copyright notice, ..."
    repository.commit({"LICENSE-größe": MIT, "LICENSES/" + os.fsdecode(b"\xff"): bsd, "license.d/x": "x"})
    assert license_of(open_repository(repository.folder)) == "bsd-2-clause AND mit"
