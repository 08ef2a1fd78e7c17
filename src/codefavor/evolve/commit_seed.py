"""The seed of Commit-Instruct: one change of one source file, wherever it comes from."""

from codefavor.record import Record


class CommitChange(Record):
    """One change of one source file, not yet filtered."""

    source: str
    """The repository or data set."""
    source_id: str
    """The commit, with the file's path where a source has several changes of one commit."""
    license: str | None
    """The licences of the source by SPDX identifier, where they are known; several are joined by " AND "."""
    message: str
    """What the author says of the change."""
    path: str
    """The file's path in its repository."""
    before: str
    """The code before the change."""
    after: str
    """The code after the change."""


class CommitSeed(CommitChange):
    """A change that passed the filter; of a long file the functions that it touches with what surrounds them."""
