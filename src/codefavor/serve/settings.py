"""The limits of one server."""

from typing import Annotated

from pydantic import Field

from codefavor.record import Record


class ServeSettings(Record):
    """What one server allows."""

    one_order: bool = False
    """Whether comparisons are judged in the order given alone."""
    loopback: bool = True
    """Whether only this machine reaches it; host names are then checked too."""
    largest_body: Annotated[int, Field(ge=1)] = 1 << 20
    """Bytes of one request."""
    body_seconds: Annotated[float, Field(gt=0)] = 15.0
    """How long a body may take to arrive."""
    seconds: Annotated[float, Field(gt=0)] = 60.0
    """How long an answer may take."""
    requests: Annotated[int, Field(ge=1)] = 256
    """Requests under way at once; more are refused with 429."""
    waiting: Annotated[int, Field(ge=1)] = 1024
    """Comparisons that may wait for the judge; more are refused with 429."""
