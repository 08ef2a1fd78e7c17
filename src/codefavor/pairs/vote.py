"""The vote: one person's answer to one comparison."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from codefavor.pairs.comparison import Choice
from codefavor.record import Record

Confidence = Literal["low", "high", "very high"]


class Vote(Record):
    """What one annotator chose, how sure and how fast."""

    comparison: str
    """The digest of the comparison as it was shown, order included."""
    annotator: str
    """The annotator's name or token."""
    choice: Choice
    """The preferred side, or "tie"."""
    confidence: Confidence
    """The annotator's confidence, on the paper's scale (Table 2)."""
    seconds: Annotated[float, Field(ge=0)]
    """Seconds spent with the page in view."""
    at: datetime
    """When the vote was given."""
    note: str | None = None
    """The annotator's remark."""
