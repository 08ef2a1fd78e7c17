"""How fast one provider is asked: limits a minute as token buckets, and a window of calls that adapts to refusals.

It knows nothing of models or errors; `RateLimitedModel` tells it what happened.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic

from pydantic import Field

from codefavor.record import Record

_SMOOTHING = 32
"""Over how many answers, at least, the share of refusals is averaged."""


class RateLimitSettings(Record):
    """What one provider, or one pool of servers, may be asked."""

    concurrency: int = Field(default=256, gt=0)
    """The most calls in flight."""
    requests_per_minute: float | None = Field(default=None, gt=0)
    """The most requests a minute; None is no limit."""
    tokens_per_minute: float | None = Field(default=None, gt=0)
    """The most tokens a minute, read and written; None is no limit."""
    timeout_seconds: float = Field(default=300.0, gt=0)
    """How long one attempt may take."""
    attempts: int = Field(default=6, gt=0)
    """How often a call is tried that fails in a way that may pass."""
    patience_seconds: float = Field(default=900.0, ge=0)
    """How long a call waits for a provider that asks for fewer requests."""


class Bucket:
    """A token bucket that lets takers into debt and tells each how long to wait, so that they come out in order."""

    def __init__(self, per_minute: float | None, clock: Callable[[], float] = monotonic) -> None:
        self._rate = per_minute / 60.0 if per_minute else None
        # Five seconds' worth may come at once: a full minute's worth at the start would double the first minute.
        self._capacity = per_minute / 12.0 if per_minute else 0.0
        self._level = self._capacity
        self._clock = clock
        self._filled_at = clock()

    def take(self, amount: float) -> float:
        """Take `amount` and return the seconds to wait before using it."""
        if self._rate is None:
            return 0.0
        now = self._clock()
        self._level = min(self._capacity, self._level + (now - self._filled_at) * self._rate)
        self._filled_at = now
        self._level -= amount
        return max(0.0, -self._level / self._rate)

    def give_back(self, amount: float) -> None:
        """Put back what was taken and not used; a negative amount takes what was used beyond."""
        self._level += amount


class Window:
    """At most `most` calls in flight; fewer when the provider refuses calls.

    Every refusal takes away up to half a call, weighed by the share of refusals among recent answers, and every
    answer gives a little back: a stray refusal costs nothing, a storm halves the window each round (as DCTCP does
    with marked packets).
    """

    def __init__(self, most: int) -> None:
        self._most = float(most)
        self.size = float(most)
        self.refusals = 0.0
        self._in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def __aenter__(self) -> None:
        while self._in_flight >= int(self.size):
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._wake()
                raise
        self._in_flight += 1

    async def __aexit__(self, *error: object) -> None:
        self._in_flight -= 1
        self._wake()

    def _wake(self) -> None:
        free = int(self.size) - self._in_flight
        while free > 0 and self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                free -= 1

    def answered(self) -> None:
        """Note a call that was not refused."""
        self.refusals -= self.refusals / max(self.size, _SMOOTHING)
        self.size = min(self._most, self.size + 1.0 / self.size)

    def refused(self) -> None:
        """Note a call that the provider refused for its rate."""
        self.refusals += (1.0 - self.refusals) / max(self.size, _SMOOTHING)
        self.size = max(1.0, self.size - min(0.5, 2.0 * self.refusals))


class RateLimit:
    """The pace of one provider; models that share it share its limits."""

    def __init__(self, limits: RateLimitSettings, clock: Callable[[], float] = monotonic) -> None:
        self.limits = limits
        self.window = Window(limits.concurrency)
        self.requests = Bucket(limits.requests_per_minute, clock)
        self.tokens = Bucket(limits.tokens_per_minute, clock)

    async def wait_for_turn(self, tokens: float) -> None:
        """Wait until the limits a minute allow one more request of about `tokens` tokens."""
        wait = max(self.requests.take(1.0), self.tokens.take(tokens))
        if wait > 0:
            await asyncio.sleep(wait)
