import asyncio
import time

import pytest

from codefavor.errors import (
    BudgetExceeded,
    ConfigError,
    ModelError,
    ModelTimeoutError,
    ModelUnavailableError,
    RateLimitError,
)
from codefavor.llm.prices import Price
from codefavor.llm.protocol import Completion, GenerationConfig
from codefavor.llm.rate_limit import RateLimitSettings
from codefavor.llm.rate_limited_model import RateLimitedModel
from codefavor.llm.scripted import Scripted
from codefavor.llm.usage_budget import UsageBudget
from conversation import CONFIG, rate_limited, say, vllm
from loopback.faults import Fault, Schedule
from loopback.server import Loopback

PRICE = Price(input=1000.0, output=1000.0)


async def ask(model: RateLimitedModel, *texts: str, config: GenerationConfig = CONFIG) -> list[Completion]:
    try:
        return list(await asyncio.gather(*(model.complete(say(text), config) for text in texts)))
    finally:
        await model.aclose()


@pytest.mark.parametrize("fault", ["rate-limit", "server-error", "broken-json", "wrong-format", "cut", "hang"])
def test_what_may_pass_is_tried_again(fault: Fault) -> None:
    usage = UsageBudget()
    with Loopback(schedule=Schedule({fault: 1.0}, in_a_row=1, retry_after=0.1)) as server:
        model = rate_limited(vllm(server.url), RateLimitSettings(timeout_seconds=5 if fault == "hang" else 60), usage)
        [completion] = asyncio.run(ask(model, "hello"))
    assert completion.text == "0: hello"
    assert (usage.spent.calls, usage.spent.failures, server.tally.requests) == (1, 1, 2)


@pytest.mark.parametrize(("fault", "kind"), [("server-error", ModelUnavailableError), ("hang", ModelTimeoutError)])
def test_attempts_come_to_an_end(fault: Fault, kind: type[ModelError]) -> None:
    with Loopback(schedule=Schedule({fault: 1.0}, in_a_row=99)) as server:
        with pytest.raises(kind):
            limits = RateLimitSettings(timeout_seconds=1.5 if fault == "hang" else 60, attempts=2)
            asyncio.run(ask(rate_limited(vllm(server.url), limits), "hello"))
    assert server.tally.requests == 2


def test_patience_with_a_refusing_provider_comes_to_an_end() -> None:
    with Loopback(schedule=Schedule({"rate-limit": 1.0}, in_a_row=99, retry_after=0.1)) as server:
        with pytest.raises(RateLimitError):
            asyncio.run(
                ask(rate_limited(vllm(server.url), RateLimitSettings(attempts=1, patience_seconds=4.0)), "hello")
            )
    assert server.tally.requests > 1, "a refusal for its rate is no failed attempt"


def test_a_final_error_is_not_tried_again() -> None:
    with Loopback() as server:
        with pytest.raises(ModelError, match="no such path"):
            asyncio.run(ask(rate_limited(vllm(f"{server.root}/elsewhere")), "hello"))
    assert server.tally.requests == 0


def test_no_more_calls_are_in_flight_than_allowed() -> None:
    with Loopback(latency=0.02) as server:
        asyncio.run(ask(rate_limited(vllm(server.url), RateLimitSettings(concurrency=3)), *map(str, range(20))))
    assert (server.tally.peak, server.tally.answered) == (3, 20)


def test_usage_and_money_are_added_up() -> None:
    usage = UsageBudget()
    asyncio.run(ask(rate_limited(Scripted(), usage=usage, price=PRICE), "one two three", "four"))
    assert (usage.spent.calls, usage.spent.input_tokens, usage.spent.output_tokens) == (2, 4, 4)
    assert usage.spent.usd == pytest.approx(0.008)


def test_a_budget_is_never_exceeded_and_is_used_up() -> None:
    class Slow(Scripted):
        async def complete(self, *arguments: object) -> Completion:
            await asyncio.sleep(0.001)
            return await super().complete(*arguments)  # type: ignore[arg-type]

    async def spend(model: RateLimitedModel) -> list[object]:
        config = GenerationConfig(max_tokens=10)
        calls = (model.complete(say("word"), config) for _ in range(100))
        return list(await asyncio.gather(*calls, return_exceptions=True))

    usage = UsageBudget(budget_usd=0.1)
    results = asyncio.run(spend(rate_limited(Slow(), usage=usage, price=PRICE)))
    answered = sum(isinstance(result, Completion) for result in results)
    assert sum(isinstance(result, BudgetExceeded) for result in results) == 100 - answered
    worst_call = 0.028
    assert 0.1 - worst_call < usage.spent.usd <= 0.1


def test_a_budget_without_a_price_is_refused() -> None:
    with pytest.raises(ConfigError, match="no price is known"):
        rate_limited(Scripted(), usage=UsageBudget(budget_usd=1.0), price=None)


def test_calls_without_a_price_are_counted_as_such() -> None:
    usage = UsageBudget()
    asyncio.run(ask(rate_limited(Scripted(), usage=usage, price=None), "hello"))
    assert usage.spent.unpriced_calls == 1


def test_the_limit_of_requests_a_minute_is_kept() -> None:
    async def count() -> tuple[int, float]:
        model = rate_limited(Scripted(), RateLimitSettings(requests_per_minute=60))
        started = time.monotonic()
        calls = [asyncio.create_task(model.complete(say("x"), CONFIG)) for _ in range(200)]
        waiting = set(calls)
        while len(calls) - len(waiting) < 5:
            _, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        _, waiting = await asyncio.wait(waiting, timeout=0.3)
        for call in waiting:
            call.cancel()
        return len(calls) - len(waiting), time.monotonic() - started

    done, seconds = asyncio.run(count())
    assert 5 <= done <= 5 + seconds, "five seconds' worth may come at once, and then one a second"
