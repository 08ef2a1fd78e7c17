"""What became of one seed: a line of a run's journal."""

from codefavor.evolve.conversation import AnsweredCall
from codefavor.evolve.protocol import Discard
from codefavor.llm.protocol import Message
from codefavor.pairs.pair import PreferencePair
from codefavor.runs.journal import NumberedRecord


class Settled(NumberedRecord):
    """One seed and what became of it."""

    index: int
    """The seed's place among the seeds of the run, the first being 0."""
    source_id: str
    """The seed's id within its source."""
    seed: str
    """The seed's digest; a run is not resumed on other seeds."""
    pair: PreferencePair | None = None
    """The pair it gave."""
    discard: Discard | None = None
    """Or why it gave none; its transcript is kept below."""
    transcript: tuple[Message, ...] = ()
    """What was said."""
    calls: tuple[AnsweredCall, ...] = ()
    """The answered requests behind it."""

    @property
    def input_digest(self) -> str:
        """The seed's digest."""
        return self.seed
