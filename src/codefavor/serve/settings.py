"""The limits of one server."""

from typing import Annotated

from pydantic import Field

from codefavor.judges.both_orders import Orders
from codefavor.record import Record


class ServeSettings(Record):
    """What one server allows."""

    orders: Orders = "both"
    """Whether comparisons are judged in both orders, or in the order given alone."""
    loopback: bool = True
    """Whether only this machine reaches it; host names are then checked too."""
    max_body: Annotated[int, Field(ge=1)] = 1 << 20
    """Bytes of one request at most."""
    body_seconds: Annotated[float, Field(gt=0)] = 15.0
    """How long a body may take to arrive."""
    max_seconds: Annotated[float, Field(gt=0)] = 60.0
    """How long an answer may take."""
    max_requests: Annotated[int, Field(ge=1)] = 256
    """Requests under way at once; more are refused with 429."""
    max_waiting: Annotated[int, Field(ge=1)] = 1024
    """Comparisons that may wait for the judge; more are refused with 429."""
