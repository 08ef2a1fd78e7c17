"""The seed of Commit-Instruct: one change of one source file, wherever it comes from."""

from codefavor.record import Record


class CommitSeed(Record):
    """One change of one source file."""

    source: str
    """The repository or data set."""
    source_id: str
    """The commit, with the file's path where a source has several changes of one commit."""
    license: str | None
    """The licence of the source, as an SPDX identifier where it is known."""
    message: str
    """What the author says of the change."""
    path: str
    """The file's path in its repository."""
    before: str
    """The code before the change: the file, or the functions that the change touches with what surrounds them."""
    after: str
    """The code after the change, pruned alike."""
