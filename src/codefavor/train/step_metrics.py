"""What a run in progress says of itself; no torch, so that the command line can show it."""

from codefavor.record import Record


class Report(Record):
    """What the steps since the last report showed."""

    step: int
    """Finished steps."""
    steps: int
    """Steps of the whole run."""
    loss: float
    """The mean loss of an example."""
    accuracy: float
    """The share of examples answered right, before they were learned."""
    tokens_per_second: float
    """Tokens read a second, padding left out."""
    seconds_left: float
    """The time to go at this speed."""
