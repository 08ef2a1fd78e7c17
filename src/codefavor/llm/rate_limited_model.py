"""A chat model kept in bounds: paced, timed, retried, counted. Every call that costs anything goes through here.

What may pass is tried again: refusals for their rate as long as patience lasts, other passing failures a number of
times. What is final, and a budget that is spent, goes to the caller at once.
"""

import asyncio
import logging
import random
from time import monotonic

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from codefavor.errors import ConfigError, ModelTimeoutError, ModelUnavailableError, RateLimitError
from codefavor.llm.prices import Price
from codefavor.llm.protocol import ChatModel, Completion, GenerationConfig, Message
from codefavor.llm.rate_limit import RateLimit
from codefavor.llm.usage_budget import UsageBudget

_LOG = logging.getLogger(__name__)
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 60.0
_PASSING = (RateLimitError, ModelTimeoutError, ModelUnavailableError)


class RateLimitedModel:
    """A chat model that asks another one within limits.

    Models of one provider share a rate limit, all models of a run share a budget.
    """

    def __init__(
        self, model: ChatModel, rate_limit: RateLimit, usage: UsageBudget, price: Price | None, seed: int = 0
    ) -> None:
        """Wrap `model`; `seed` sets the jitter of the waits between attempts.

        Raises:
            ConfigError: there is a budget and the price is not known.
        """
        if usage.budget_usd is not None and price is None:
            raise ConfigError(f"{model.name}: no price is known, so no budget can be kept; give one with --prices FILE")
        self._model = model
        self._rate_limit = rate_limit
        self._usage = usage
        self._price = price
        self._jitter = random.Random(seed)

    @property
    def name(self) -> str:
        """The id of the model asked."""
        return self._model.name

    async def complete(self, messages: tuple[Message, ...], config: GenerationConfig) -> Completion:
        """Return the answer to `messages`; see `ChatModel.complete`.

        Raises:
            BudgetExceeded: the call could cost more than is left.
        """
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(_PASSING), wait=self._wait, stop=self._is_enough, reraise=True
        )
        return await retrying(self._attempt, messages, config)

    async def _attempt(self, messages: tuple[Message, ...], config: GenerationConfig) -> Completion:
        most_in = max_input_tokens(messages)
        expected = most_in + config.max_tokens
        await self._rate_limit.wait_for_turn(expected)
        async with self._rate_limit.window, self._usage.reserve(self._price, most_in, config.max_tokens) as settle:
            try:
                completion = await self._ask(messages, config)
            except RateLimitError as error:
                _LOG.info("%s", error)
                self._rate_limit.window.refused()
                self._usage.count_failure()
                raise
            except _PASSING as error:
                _LOG.info("%s", error)
                self._usage.count_failure()
                raise
            settle(completion.usage)
        _LOG.debug("%s: %d tokens in, %d out", self.name, completion.usage.input_tokens, completion.usage.output_tokens)
        self._rate_limit.window.answered()
        self._rate_limit.tokens.give_back(expected - completion.usage.input_tokens - completion.usage.output_tokens)
        return completion

    async def _ask(self, messages: tuple[Message, ...], config: GenerationConfig) -> Completion:
        limit = self._rate_limit.limits.timeout_seconds
        try:
            async with asyncio.timeout(limit):
                return await self._model.complete(messages, config)
        except TimeoutError:
            raise ModelTimeoutError(f"{self.name}: no answer in {limit:g} s") from None

    def _wait(self, state: RetryCallState) -> float:
        # Full jitter on top of what was asked for, so that calls refused together do not come back together.
        error = state.outcome.exception() if state.outcome else None
        spread = min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(state.attempt_number - 1, 16))
        requested = error.retry_after if isinstance(error, RateLimitError) else None
        if requested is None:
            return self._jitter.uniform(spread / 2, spread)
        return requested + self._jitter.uniform(0, min(spread, 0.1 + requested / 2))

    def _is_enough(self, state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        limits = self._rate_limit.limits
        if isinstance(error, RateLimitError):
            return monotonic() - state.start_time + (error.retry_after or 0.0) > limits.patience_seconds
        return state.attempt_number >= limits.attempts

    async def aclose(self) -> None:
        """Close the model asked."""
        await self._model.aclose()


def max_input_tokens(messages: tuple[Message, ...]) -> float:
    """Return a bound on the tokens of `messages`: half their bytes (3 to 4 make a token, in code too) and the frame."""
    return sum(len(message.content.encode()) / 2 + 8 for message in messages) + 8
