"""Commits of a local git repository as seeds, newest first, read as a stream.

Checkouts, bare and shallow repositories serve alike. The repository's content is data: nothing of it is run.
"""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit, urlunsplit

from codefavor.errors import DataError
from codefavor.evolve.commit_filter import CommitFilter, is_source, reject, to_seed, why_not_license, why_not_path
from codefavor.evolve.commit_seed import CommitChange, CommitSeed
from codefavor.evolve.licenses import LICENSE_NAMES, recognise_licenses
from codefavor.evolve.protocol import Discard
from codefavor.git.diffs import Commit, FileChange, read_log
from codefavor.git.objects import GitObjects, open_objects
from codefavor.git.repository import Repository, open_repository
from codefavor.git.text import commit_message, decode_source, show_name
from codefavor.languages.language import Language

_MAX_LICENSE_BYTES = 1_000_000


def read_commits(path: Path, rules: CommitFilter, language: Language) -> Iterator[CommitSeed | Discard]:
    """Yield for every commit reachable from HEAD the seed in `language` it gives, or why it gives none.

    Raises:
        DataError: `path` is no git repository, or a damaged one.
    """
    repository = open_repository(path)
    source, license_name = source_name(repository), license_of(repository)
    refusal = why_not_license(license_name, rules)
    with open_objects(repository) as objects:
        for commit in read_log(repository):
            reason = refusal or _why_not(commit, rules, language)
            if reason:
                yield reject(commit.id, reason)
            else:
                yield _seed(commit, objects, source, license_name, rules, language)


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
    return show_name(os.fsencode((folder.parent if folder.name == ".git" else folder).name)).removesuffix(".git")


def license_of(repository: Repository) -> str | None:
    """Return the licences found at the root of HEAD's tree and in its LICENSES folder, joined by " AND "."""
    found: set[str] = set()
    with open_objects(repository) as objects:
        for entry in repository.fields("ls-tree", "-z", "HEAD", "./", "LICENSES/"):
            described, _, name = entry.partition(b"\t")
            _, kind, blob = described.decode("ascii").split(" ")
            file = PurePosixPath(show_name(name))
            stem = file.name.lower().partition(".")[0]
            if kind == "blob" and (stem.startswith(LICENSE_NAMES) or str(file.parent) == "LICENSES"):
                text = objects.read(blob, _MAX_LICENSE_BYTES) or b""
                found |= recognise_licenses(text.decode("utf-8", "replace"))
    return " AND ".join(sorted(found)) or None


def _why_not(commit: Commit, rules: CommitFilter, language: Language) -> str | None:
    if commit.parents > 1:
        return "merge"
    sources = _source_files(commit, language)
    if len(sources) != 1:
        return f"several {language.title} files" if sources else f"no {language.title} file"
    if rules.single_file and len(commit.changes) > 1:
        return "other files too"
    (change,) = sources
    if commit.parents == 0 or not (change.old.exists and change.new.exists):
        return "file added or deleted"
    return "link or submodule" if not change.new.mode.startswith("100") else why_not_path(change.path)


def _source_files(commit: Commit, language: Language) -> list[FileChange]:
    return [change for change in commit.changes if is_source(change.new.name.decode("utf-8", "replace"), language)]


def _seed(
    commit: Commit, objects: GitObjects, source: str, license_name: str | None, rules: CommitFilter, language: Language
) -> CommitSeed | Discard:
    (change,) = _source_files(commit, language)
    names = (commit.id, change.old.blob, change.new.blob)
    described, *contents = (objects.read(name, rules.max_file_bytes) for name in names)
    before, after = (None if content is None else decode_source(content) for content in contents)
    if described is None or None in contents:
        return reject(commit.id, "file too large or missing")
    if before is None or after is None:
        return reject(commit.id, "no text in UTF-8 or the encoding that it declares")
    changed = CommitChange(
        source=source,
        source_id=commit.id,
        license=license_name,
        message=commit_message(described),
        path=change.path,
        before=before,
        after=after,
    )
    return to_seed(changed, rules, language)
