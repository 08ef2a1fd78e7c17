"""Shorthand for the tests of this room."""

import os
from collections.abc import Sequence

from codefavor.llm.load import load_model
from codefavor.llm.prices import FREE, Price
from codefavor.llm.protocol import ChatModel, GenerationConfig, Message
from codefavor.llm.rate_limit import Limits, Pacer
from codefavor.llm.rate_limited_model import Governed
from codefavor.llm.usage_budget import Meter

CONFIG = GenerationConfig()
SECRET = "sk-sesame-0123456789"


def say(text: str) -> tuple[Message, ...]:
    return (Message(role="user", content=text),)


def governed(
    model: ChatModel, limits: Limits | None = None, meter: Meter | None = None, price: Price | None = FREE
) -> Governed:
    return Governed(model, Pacer(limits or Limits(timeout_seconds=5)), meter or Meter(), price)


def vllm(*urls: str) -> ChatModel:
    return load_model("vllm/m", urls)


def without_keys(names: Sequence[str]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in names}
