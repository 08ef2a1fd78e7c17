"""The metrics of a run in progress; no torch, so that the command line can show them."""

from codefavor.record import Record


class StepMetrics(Record):
    """The metrics of the steps since the last ones."""

    step: int
    """Finished steps."""
    steps: int
    """Steps of the whole run."""
    loss: float
    """The mean loss of an example."""
    accuracy: float
    """The share of examples answered right before the step that learns them."""
    tokens_per_second: float
    """Tokens read a second, padding left out."""
    seconds_left: float
    """The remaining time at this speed."""
