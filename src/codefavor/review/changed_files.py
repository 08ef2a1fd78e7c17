"""The source files that differ between two states of a repository, as text, and those that cannot be read, with why."""

import io
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from codefavor.git.objects import GitObjects, open_objects
from codefavor.git.repository import Repository
from codefavor.git.revisions import Revisions
from codefavor.languages.language import Language
from codefavor.languages.python.language import PYTHON
from codefavor.languages.registry import language_of_path
from codefavor.review.records import NotJudged

MAX_BYTES = 2_000_000
"""The largest file that is read."""
_SUBMODULE, _LINK, _NOTHING = "160000", "120000", "000000"
_LISTING = ("--raw", "-r", "-z", "-M", "--no-abbrev", "--no-ext-diff", "--no-textconv", "--ignore-submodules=dirty")


@dataclass(frozen=True)
class ChangedFile:
    """One source file on both sides."""

    old_path: str | None
    """Its path in the old state; None where it is new."""
    new_path: str | None
    """Its path in the new state; None where it was deleted."""
    old: str
    """Its text in the old state, empty where there was none."""
    new: str
    """Its text in the new state, empty where there is none."""
    language: str = PYTHON.name
    """The name of its language, by its suffix."""


@dataclass(frozen=True)
class _Listed:
    """A line of git's raw listing."""

    modes: tuple[str, str]
    blobs: tuple[str, str]
    paths: tuple[str, str]

    @property
    def path(self) -> str:
        """The path by which people know it."""
        return self.paths[0] if self.modes[1] == _NOTHING else self.paths[1]

    @property
    def language(self) -> Language | None:
        """The language of the new state where its suffix is known, else of the old one."""
        return _language_of(self.paths[1]) or _language_of(self.paths[0])


def read_changed_files(repository: Repository, revisions: Revisions) -> Iterator[ChangedFile | NotJudged]:
    """Yield every changed file of a known language with both its texts, or why it cannot be judged.

    Other files are left out.


    Raises:
        DataError: the repository is damaged.
    """
    listed = [file for file in _listing(repository, revisions) if _SUBMODULE in file.modes or file.language]
    with open_objects(repository) as objects:
        for file in listed:
            yield _read(file, objects)


def _listing(repository: Repository, revisions: Revisions) -> Iterator[_Listed]:
    if revisions.new is None:
        listing = repository.read("diff-index", "--cached", *_LISTING, revisions.old, "--")
    else:
        listing = repository.read("diff-tree", *_LISTING, revisions.old, revisions.new, "--")
    fields = iter(listing.split("\0"))
    for head in fields:
        if not head:
            continue
        old_mode, new_mode, old, new, status = head.removeprefix(":").split(" ")
        path = next(fields)
        paths = (path, next(fields)) if status[0] in "RC" else (path, path)
        yield _Listed((old_mode, new_mode), (old, new), paths)


def _language_of(path: str) -> Language | None:
    return language_of_path(PurePosixPath(path))


def _read(listed: _Listed, objects: GitObjects) -> ChangedFile | NotJudged:
    if _SUBMODULE in listed.modes:
        return NotJudged(path=listed.path, reason="It is a submodule; review it in its own repository.")
    if _LINK in listed.modes:
        return NotJudged(path=listed.path, reason="It is a symbolic link.")
    language = listed.language or PYTHON
    texts: list[str] = []
    for mode, blob, path in zip(listed.modes, listed.blobs, listed.paths, strict=True):
        present = mode != _NOTHING and _language_of(path) == language
        content = objects.read(blob, MAX_BYTES) if present else b""
        text = _decode(content, language)
        if text is None:
            return NotJudged(path=listed.path, reason=_why_not(content))
        texts.append(text)
    old_path, new_path = (
        None if mode == _NOTHING else path for mode, path in zip(listed.modes, listed.paths, strict=True)
    )
    return ChangedFile(old_path, new_path, texts[0], texts[1], language.name)


def _decode(content: bytes | None, language: Language) -> str | None:
    """Return the text in UTF-8, or, of Python, as it declares; None where it is none."""
    if content is None or b"\0" in content:
        return None
    if language != PYTHON:
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return None
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return content.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError):
        return None


def _why_not(content: bytes | None) -> str:
    if content is None:
        return f"Its content is missing from this clone, or larger than {MAX_BYTES:,} bytes."
    return "It is binary." if b"\0" in content else "It is not text in UTF-8 or in the encoding that it declares."
