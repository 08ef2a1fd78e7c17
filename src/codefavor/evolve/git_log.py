"""Commits of a local git repository as seeds, newest first, read as a stream.

Checkouts, bare and shallow repositories serve alike. The repository's content is data: nothing of it is run.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit, urlunsplit

from codefavor.errors import DataError
from codefavor.evolve.commit_filter import (
    CommitFilter,
    FileChange,
    is_source,
    reject,
    to_seed,
    why_not_license,
    why_not_path,
)
from codefavor.evolve.commit_seed import CommitSeed
from codefavor.evolve.licenses import LICENSE_NAMES, recognise_licenses
from codefavor.evolve.protocol import Discard
from codefavor.git.objects import GitObjects, open_objects
from codefavor.git.repository import Repository, open_repository
from codefavor.languages.language import Language

_ADDED_OR_DELETED = frozenset("AD")


@dataclass(frozen=True)
class _Touched:
    """A file that a commit changes."""

    status: str
    mode: str
    old: str
    new: str
    path: str


@dataclass(frozen=True)
class _Entry:
    """A commit as `git log` lists it."""

    commit: str
    parents: int
    files: tuple[_Touched, ...]


def read_commits(path: Path, rules: CommitFilter, language: Language) -> Iterator[CommitSeed | Discard]:
    """Yield for every commit reachable from HEAD the seed in `language` it gives, or why it gives none.

    Raises:
        DataError: `path` is no git repository, or a damaged one.
    """
    repository = open_repository(path)
    source, license_name = source_name(repository), license_of(repository)
    refusal = why_not_license(license_name, rules)
    with open_objects(repository) as objects:
        for entry in _log(repository):
            reason = refusal or _why_not(entry, rules, language)
            if reason:
                yield reject(entry.commit, reason)
            else:
                yield _seed(entry, objects, source, license_name, rules, language)


def head_of(path: Path) -> str:
    """Return the commit that a repository's HEAD names; a run is only continued on the same one."""
    return open_repository(path).read("rev-parse", "--verify", "HEAD").strip()


def source_name(repository: Repository) -> str:
    """Return the address of the repository's origin without user and password, else the name of its folder."""
    try:
        url = repository.read("config", "--local", "--get", "remote.origin.url").strip()
    except DataError:
        url = ""
    parts = urlsplit(url)
    if parts.scheme in {"http", "https", "ssh", "git"} and parts.hostname:
        return urlunsplit((parts.scheme, parts.hostname, parts.path.removesuffix(".git"), "", ""))
    folder = repository.path.resolve()
    return (folder.parent if folder.name == ".git" else folder).name.removesuffix(".git")


def license_of(repository: Repository) -> str | None:
    """Return the licences found at the root of HEAD's tree and in its LICENSES folder, joined by " AND "."""
    names = repository.read("ls-tree", "-z", "--name-only", "HEAD", "./", "LICENSES/").split("\0")
    found: set[str] = set()
    for name in names:
        file = PurePosixPath(name)
        stem = file.name.lower().partition(".")[0]
        if stem.startswith(LICENSE_NAMES) or str(file.parent) == "LICENSES":
            found |= recognise_licenses(repository.read("cat-file", "-p", f"HEAD:{name}"))
    return " AND ".join(sorted(found)) or None


def _log(repository: Repository) -> Iterator[_Entry]:
    listing = ("log", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-mailmap")
    with repository.stream(*listing, "--format=commit %H %P", "HEAD") as (_, output):
        head: list[str] = []
        files: list[_Touched] = []
        for raw in output:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            if line.startswith("commit "):
                if head:
                    yield _Entry(head[0], len(head) - 1, tuple(files))
                head, files = line.split(" ")[1:], []
                head = [commit for commit in head if commit]
            elif line.startswith(":"):
                files.append(_touched(line))
        if head:
            yield _Entry(head[0], len(head) - 1, tuple(files))


def _touched(line: str) -> _Touched:
    described, _, path = line.partition("\t")
    _, mode, old, new, status = described.split(" ")
    return _Touched(status=status, mode=mode, old=old, new=new, path=path)


def _why_not(entry: _Entry, rules: CommitFilter, language: Language) -> str | None:
    if entry.parents > 1:
        return "merge"
    sources = [file for file in entry.files if is_source(file.path, language)]
    if len(sources) != 1:
        return f"several {language.title} files" if sources else f"no {language.title} file"
    if rules.single_file and len(entry.files) > 1:
        return "other files too"
    if sources[0].status in _ADDED_OR_DELETED or entry.parents == 0:
        return "file added or deleted"
    return "link or submodule" if not sources[0].mode.startswith("100") else why_not_path(sources[0].path)


def _seed(
    entry: _Entry, objects: GitObjects, source: str, license_name: str | None, rules: CommitFilter, language: Language
) -> CommitSeed | Discard:
    file = next(file for file in entry.files if is_source(file.path, language))
    commit = objects.read(entry.commit, rules.max_file_bytes)
    before, after = (objects.read(blob, rules.max_file_bytes) for blob in (file.old, file.new))
    if commit is None or before is None or after is None:
        return reject(entry.commit, "file too large or missing")
    try:
        change = FileChange(
            source=source,
            source_id=entry.commit,
            license=license_name,
            message=commit.partition(b"\n\n")[2].decode("utf-8", "replace").strip(),
            path=file.path,
            before=before.decode("utf-8"),
            after=after.decode("utf-8"),
        )
    except UnicodeDecodeError:
        return reject(entry.commit, "not UTF-8")
    return to_seed(change, rules, language)
