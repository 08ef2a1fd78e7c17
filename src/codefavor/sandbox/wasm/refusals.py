"""Notes what a guest tried that does not exist in its world."""

_MAX_NOTES = 20
_MAX_LENGTH = 200


class Refusals:
    """Each kind of attempt once, in the order of the first, twenty at most."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, attempt: str) -> None:
        """Note `attempt`, such as "network"."""
        if attempt not in self.notes and len(self.notes) < _MAX_NOTES:
            self.notes.append(attempt)

    def note_file(self, path: str, reason: str = "") -> None:
        """Note that the absolute `path` was asked for, which is not there or not to be written."""
        self.note(f"file {path[:_MAX_LENGTH]}{reason}")
