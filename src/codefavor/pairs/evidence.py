"""The evidence record: what running and analysing two candidates showed. The evidence room fills it in."""

from codefavor.record import Record


class CandidateEvidence(Record):
    """What is known of one candidate."""

    parses: bool
    """Whether it is Python 3 source."""
    problems: tuple[str, ...] = ()
    """What is wrong without running it, a sentence each."""


class Evidence(Record):
    """What is known of both candidates, and what could not be found out."""

    a: CandidateEvidence
    """Candidate A (of a preference pair: the chosen code)."""
    b: CandidateEvidence
    """Candidate B (of a preference pair: the rejected code)."""
    missing: tuple[str, ...] = ()
    """What could not be had, with the reason, a sentence each."""

    def swapped(self) -> "Evidence":
        """Return the same evidence with the candidates exchanged."""
        return self.model_copy(update={"a": self.b, "b": self.a})
