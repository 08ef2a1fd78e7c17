"""Which files a commit, or the way from one state to another, changes: names as git has them, modes and objects.

Git is asked for fields that end in NUL, so that no name needs to be quoted. No content is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from codefavor.git.repository import Repository
from codefavor.git.revisions import Revisions
from codefavor.git.text import show_name

_NOTHING, _LINK, _SUBMODULE = "000000", "120000", "160000"
_LISTING = ("--raw", "-z", "--no-abbrev", "--no-ext-diff", "--no-textconv")


@dataclass(frozen=True)
class FileVersion:
    """A file on one side of a change."""

    name: bytes
    """Its path, as it is in the repository."""
    mode: str
    """Its mode, six octal digits."""
    blob: str
    """The name of the object that holds its content."""

    @property
    def path(self) -> str:
        """Its path as text."""
        return show_name(self.name)

    @property
    def exists(self) -> bool:
        """Whether it is there on this side."""
        return self.mode != _NOTHING

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return self.mode == _LINK

    @property
    def is_submodule(self) -> bool:
        """Whether it is a repository of its own."""
        return self.mode == _SUBMODULE


@dataclass(frozen=True)
class FileChange:
    """A file on both sides of a change; where it was renamed, its names differ."""

    old: FileVersion
    """Before."""
    new: FileVersion
    """After."""

    @property
    def path(self) -> str:
        """The path by which people know it."""
        return self.new.path if self.new.exists else self.old.path

    @property
    def versions(self) -> tuple[FileVersion, FileVersion]:
        """Both sides."""
        return self.old, self.new


@dataclass(frozen=True)
class Commit:
    """A commit of the history and what it changes against its parent."""

    id: str
    """Its hash."""
    parents: int
    """How many it has."""
    changes: tuple[FileChange, ...]
    """The files; none of a merge."""


def read_changes(repository: Repository, revisions: Revisions) -> Iterator[FileChange]:
    """Yield the files that differ between two states; renamed files are found.

    Raises:
        DataError: the repository is damaged.
    """
    options = (*_LISTING, "-r", "-M", "--ignore-submodules=dirty")
    if revisions.new is None:
        fields = repository.fields("diff-index", "--cached", *options, revisions.old, "--")
    else:
        fields = repository.fields("diff-tree", *options, revisions.old, revisions.new, "--")
    for header in fields:
        yield _change(header, fields)


def read_log(repository: Repository) -> Iterator[Commit]:
    """Yield every commit that HEAD reaches, newest first, as a stream; renames are deletions and additions.

    Raises:
        DataError: the repository is damaged.
    """
    fields = repository.fields("log", *_LISTING, "--no-renames", "--no-mailmap", "--format=commit %H %P", "HEAD")
    commit: list[str] = []
    changes: list[FileChange] = []
    for field in fields:
        # Between a commit and its first file git writes an empty line.
        if field.startswith((b":", b"\n:")):
            changes.append(_change(field, fields))
        else:
            if commit:
                yield Commit(commit[1], len(commit) - 2, tuple(changes))
            commit, changes = field.decode("ascii").split(), []
    if commit:
        yield Commit(commit[1], len(commit) - 2, tuple(changes))


def _change(header: bytes, fields: Iterator[bytes]) -> FileChange:
    old_mode, new_mode, old_blob, new_blob, status = header.decode("ascii").lstrip("\n:").split(" ")
    name = next(fields, b"")
    new_name = next(fields, b"") if status[0] in "RC" else name
    return FileChange(FileVersion(name, old_mode, old_blob), FileVersion(new_name, new_mode, new_blob))
