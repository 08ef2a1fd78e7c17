"""Shorthand for the tests of this room."""

import os
from collections.abc import Sequence

from codefavor.errors import ModelError, ModelUnavailableError, RateLimitError
from codefavor.llm.load import load_model
from codefavor.llm.prices import FREE, Price
from codefavor.llm.protocol import ChatModel, GenerationConfig, Message
from codefavor.llm.rate_limit import RateLimit, RateLimitSettings
from codefavor.llm.rate_limited_model import RateLimitedModel
from codefavor.llm.usage_budget import UsageBudget
from loopback.faults import Fault

CONFIG = GenerationConfig()
SECRET = "sk-sesame-0123456789"
ERRORS_OF_FAULTS: list[tuple[Fault, type[ModelError]]] = [
    ("rate-limit", RateLimitError),
    ("server-error", ModelUnavailableError),
    ("broken-json", ModelUnavailableError),
    ("wrong-format", ModelUnavailableError),
    ("cut", ModelUnavailableError),
]
"""The faults of the loopback server and what becomes of them."""


def say(text: str) -> tuple[Message, ...]:
    return (Message(role="user", content=text),)


def rate_limited(
    model: ChatModel,
    limits: RateLimitSettings | None = None,
    usage: UsageBudget | None = None,
    price: Price | None = FREE,
) -> RateLimitedModel:
    return RateLimitedModel(
        model, RateLimit(limits or RateLimitSettings(timeout_seconds=5)), usage or UsageBudget(), price
    )


def vllm(*urls: str) -> ChatModel:
    return load_model("vllm/m", urls)


def without_keys(names: Sequence[str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in names}
