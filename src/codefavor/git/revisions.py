"""Which two states of a repository are compared: `A..B`, `A...B`, one commit, or what is staged. No file is read."""

from codefavor.errors import DataError
from codefavor.git.repository import Repository
from codefavor.record import Record


class Revisions(Record):
    """Two states of a repository."""

    old: str
    """The tree or commit that is left."""
    new: str | None
    """The commit that is reached; None for the index, what is staged."""
    description: str
    """Both in words."""


def find_revisions(repository: Repository, spec: str | None, staged: bool) -> Revisions:
    """Return the two states that `spec` or `staged` names; without either, the last commit.

    Raises:
        DataError: a commit does not exist, or is missing from a shallow clone.
    """
    if staged:
        head = _commit_or_none(repository, "HEAD")
        description = f"staged changes against {head[:10]}" if head else "staged changes, before the first commit"
        return Revisions(old=head or _empty_tree(repository), new=None, description=description)
    spec = spec or "HEAD"
    if "..." in spec:
        left, _, right = spec.partition("...")
        old, new = (_commit(repository, name or "HEAD") for name in (left, right))
        return Revisions(old=_merge_base(repository, spec, old, new), new=new, description=spec)
    if ".." in spec:
        left, _, right = spec.partition("..")
        old, new = (_commit(repository, name or "HEAD") for name in (left, right))
        return Revisions(old=old, new=new, description=spec)
    return _against_parent(repository, spec)


def _against_parent(repository: Repository, spec: str) -> Revisions:
    commit = _commit(repository, spec)
    header = repository.read("cat-file", "commit", commit).partition("\n\n")[0]
    parents = [line.removeprefix("parent ") for line in header.splitlines() if line.startswith("parent ")]
    description = f"commit {commit[:10]}"
    if not parents:
        return Revisions(old=_empty_tree(repository), new=commit, description=f"{description}, the first one")
    if _commit_or_none(repository, parents[0]) is None:
        raise DataError(
            f"{repository.path}: the parent of {commit[:10]} is missing from this shallow clone; "
            "`git fetch --deepen=1` brings it"
        )
    if len(parents) > 1:
        description += ", a merge, against its first parent"
    return Revisions(old=parents[0], new=commit, description=description)


def _merge_base(repository: Repository, spec: str, old: str, new: str) -> str:
    try:
        return repository.read("merge-base", old, new).strip()
    except DataError:
        raise DataError(
            f"{repository.path}: the two sides of {spec} have no common commit here; in a shallow clone "
            "`git fetch --unshallow` brings the history"
        ) from None


def _commit(repository: Repository, name: str) -> str:
    commit = _commit_or_none(repository, name)
    if commit is None:
        raise DataError(
            f"{repository.path}: no commit is called {name!r}; in a shallow clone older ones are missing, and "
            "`git fetch --deepen=N` brings them"
        )
    return commit


def _commit_or_none(repository: Repository, name: str) -> str | None:
    try:
        commit = repository.read("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except DataError:
        return None
    # A full hash verifies even where its object is missing.
    try:
        repository.read("cat-file", "-e", commit.strip())
    except DataError:
        return None
    return commit.strip()


def _empty_tree(repository: Repository) -> str:
    return repository.read("hash-object", "-t", "tree", "/dev/null").strip()
