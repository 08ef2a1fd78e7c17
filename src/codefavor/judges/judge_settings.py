"""What the settings of every run with a judge say of it."""

from codefavor.record import Record
from codefavor.sandbox.engine import EngineChoice


class JudgeSettings(Record):
    """The judge of a run; a run is resumed with the same settings or not at all."""

    judge: str
    """The judge's name."""
    judge_files: dict[str, str]
    """SHA-256 of the files that the judge is made of, by name."""
    engine: EngineChoice = "auto"
    """Whether foreign code may have run without a full sandbox, by the user's leave."""
