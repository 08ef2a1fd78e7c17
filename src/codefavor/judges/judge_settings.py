"""What the settings of every run with a judge say of it."""

from codefavor.record import Record


class JudgeSettings(Record):
    """The judge of a run; a run is resumed with the same settings or not at all."""

    judge: str
    """The judge's name."""
    judge_files: dict[str, str]
    """SHA-256 of the files that the judge is made of, by name."""
    unsafe_local: bool = False
    """Whether foreign code may have run without a full sandbox, by the user's leave."""
