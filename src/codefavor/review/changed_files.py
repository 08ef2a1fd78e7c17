"""The source files that differ between two states of a repository, as text, and those that cannot be read, with why."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from codefavor.git.diffs import FileChange, FileVersion, read_changes
from codefavor.git.objects import GitObjects, open_objects
from codefavor.git.repository import Repository
from codefavor.git.revisions import Revisions
from codefavor.git.text import decode_source
from codefavor.languages.language import Language
from codefavor.languages.python.language import PYTHON
from codefavor.languages.registry import language_of_path
from codefavor.review.records import NotJudged

MAX_BYTES = 2_000_000
"""The largest file that is read."""


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


def read_changed_files(repository: Repository, revisions: Revisions) -> Iterator[ChangedFile | NotJudged]:
    """Yield every changed file of a known language with both its texts, or why it cannot be judged.

    Other files are left out.

    Raises:
        DataError: the repository is damaged.
    """
    changes = [(change, _language(change)) for change in read_changes(repository, revisions)]
    with open_objects(repository) as objects:
        for change, language in changes:
            if language or any(version.is_submodule for version in change.versions):
                yield _read(change, language or PYTHON, objects)


def _language(change: FileChange) -> Language | None:
    """Return the language of the new name, or of the old one where the new one's suffix is not known."""
    return _language_of(change.new) or _language_of(change.old)


def _language_of(version: FileVersion) -> Language | None:
    return language_of_path(PurePosixPath(version.path))


def _read(change: FileChange, language: Language, objects: GitObjects) -> ChangedFile | NotJudged:
    if any(version.is_submodule for version in change.versions):
        return NotJudged(path=change.path, reason="It is a submodule; review it in its own repository.")
    if any(version.is_link for version in change.versions):
        return NotJudged(path=change.path, reason="It is a symbolic link.")
    texts: list[str] = []
    for version in change.versions:
        present = version.exists and _language_of(version) == language
        content = objects.read(version.blob, MAX_BYTES) if present else b""
        text = None if content is None else decode_source(content)
        if text is None:
            return NotJudged(path=change.path, reason=_why_not(content))
        texts.append(text)
    old_path, new_path = (version.path if version.exists else None for version in change.versions)
    return ChangedFile(old_path, new_path, texts[0], texts[1], language.name)


def _why_not(content: bytes | None) -> str:
    if content is None:
        return f"Its content is missing from this clone, or larger than {MAX_BYTES:,} bytes."
    return "It is binary." if b"\0" in content else "It is not text in UTF-8 or in the encoding that it declares."
