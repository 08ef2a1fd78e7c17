"""One problem of a file that is finished, whatever else its record says."""

from codefavor.runs.journal import NumberedRecord


class Finished(NumberedRecord):
    """One problem that is finished."""

    index: int = 0
    """The problem's place in its file, the first being 0."""
    task: str
    """The problem's digest; a run is not resumed on other problems."""

    @property
    def input_digest(self) -> str:
        """The problem's digest."""
        return self.task
