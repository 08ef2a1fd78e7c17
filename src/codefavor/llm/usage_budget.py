"""The running total of a run: calls, tokens, money, and the budget that no call may exceed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from codefavor.errors import BudgetExceeded
from codefavor.llm.prices import Price
from codefavor.llm.protocol import Usage
from codefavor.record import Record

Settle = Callable[[Usage], None]
"""Takes the usage of an answered call."""


class Spent(Record):
    """What has been used so far; answers from a cache are not in it."""

    calls: int = 0
    """Calls that were answered."""
    failures: int = 0
    """Attempts that failed; a provider may charge for an answer that was lost on the way, and it is not counted."""
    input_tokens: int = 0
    """Tokens read."""
    output_tokens: int = 0
    """Tokens written."""
    usd: float = 0.0
    """US dollars, over the calls whose price is known."""
    unpriced_calls: int = 0
    """Answered calls whose price is not known."""


class UsageBudget:
    """Adds up what calls use; one budget may serve several models."""

    def __init__(self, budget_usd: float | None = None) -> None:
        self.budget_usd = budget_usd
        self._calls = self._failures = self._input = self._output = self._unpriced = 0
        self._usd = 0.0
        self._reserved = 0.0
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def spent(self) -> Spent:
        """The total so far."""
        return Spent(
            calls=self._calls,
            failures=self._failures,
            input_tokens=self._input,
            output_tokens=self._output,
            usd=self._usd,
            unpriced_calls=self._unpriced,
        )

    def count_failure(self) -> None:
        """Note an attempt that gave no answer."""
        self._failures += 1

    @asynccontextmanager
    async def reserve(self, price: Price | None, most_in: float, most_out: int) -> AsyncIterator[Settle]:
        """Hold back the most that a call can cost while it runs; call what is yielded with its usage when answered.

        When only the calls in flight stand in the way, this waits for them to cost less than was held back.

        Raises:
            BudgetExceeded: the call could cost more than is left.
        """
        worst = price.cost(most_in, most_out) if price else 0.0
        await self._wait_for_room(worst)
        self._reserved += worst

        def settle(usage: Usage) -> None:
            self._calls += 1
            self._input += usage.input_tokens
            self._output += usage.output_tokens
            if price:
                self._usd += price.cost(usage.input_tokens, usage.output_tokens)
            else:
                self._unpriced += 1

        try:
            yield settle
        finally:
            self._reserved -= worst
            waiting, self._waiting = self._waiting, []
            for turn in waiting:
                if not turn.done():
                    turn.set_result(None)

    async def _wait_for_room(self, worst: float) -> None:
        if self.budget_usd is None or worst == 0.0:
            return
        while self._usd + self._reserved + worst > self.budget_usd:
            if self._usd + worst > self.budget_usd or self._reserved <= 0.0:
                raise BudgetExceeded(
                    f"the budget of ${self.budget_usd:.2f} does not cover another call: "
                    f"${self._usd:.4f} is spent and the call may cost ${worst:.4f}"
                )
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn
