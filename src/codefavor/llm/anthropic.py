"""Claude over Anthropic's own protocol, at Anthropic or on Bedrock, through the `anthropic` client.

It has neither log-probabilities nor a sampling seed, so both are refused. Nothing is retried here.
"""

import asyncio
import os
from typing import Any

import anthropic
import httpx2

from codefavor.errors import ConfigError, ModelError, ModelUnavailableError
from codefavor.llm.error_mapping import map_client_error
from codefavor.llm.protocol import Completion, GenerationConfig, Message, Usage
from codefavor.llm.unpooled_transport import UnpooledTransport

_TIMEOUT_SECONDS = 600.0
_DEFAULT_TEMPERATURE = 1.0


class Anthropic:
    """A Claude model, asked at Anthropic."""

    provider = "anthropic"
    key_env = "ANTHROPIC_API_KEY"

    def __init__(self, model: str, base_url: str | None = None) -> None:
        """Take the key from the environment; no connection is made yet.

        Raises:
            ConfigError: the key, or what the address is made of, is not set.
        """
        self._model = model
        self._key = os.environ.get(self.key_env)
        if not self._key:
            raise ConfigError(f"{self.provider}: set {self.key_env} in the environment")
        self._base_url = base_url or self._default_url()
        self._client: anthropic.AsyncAnthropic | anthropic.AsyncAnthropicBedrock | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def _default_url(self) -> str:
        return "https://api.anthropic.com"

    def _connect(self, http: httpx2.AsyncClient) -> anthropic.AsyncAnthropic | anthropic.AsyncAnthropicBedrock:
        return anthropic.AsyncAnthropic(api_key=self._key, base_url=self._base_url, max_retries=0, http_client=http)

    @property
    def name(self) -> str:
        """The model id, `provider/model`."""
        return f"{self.provider}/{self._model}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    async def complete(self, messages: tuple[Message, ...], config: GenerationConfig) -> Completion:
        """Return the answer to `messages`; see `ChatModel.complete`."""
        if config.top_logprobs is not None:
            raise ModelError(f"{self.name}: {self.provider} reports no log-probabilities")
        if config.seed is not None:
            raise ModelError(f"{self.name}: {self.provider} takes no sampling seed")
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            http = httpx2.AsyncClient(transport=UnpooledTransport(self._base_url), timeout=_TIMEOUT_SECONDS)
            self._client, self._loop = self._connect(http), loop
        try:
            reply = await self._client.messages.create(**self._request(messages, config))
        except anthropic.AnthropicError as error:
            raise map_client_error(self.name, error, self._key) from None
        except ValueError as error:
            raise ModelUnavailableError(f"{self.name}: an unreadable answer: {error}") from None
        return self._read(reply)

    def _request(self, messages: tuple[Message, ...], config: GenerationConfig) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self._model,
            "max_tokens": config.max_tokens,
            "messages": [{"role": turn.role, "content": turn.content} for turn in messages if turn.role != "system"],
        }
        if system := "\n\n".join(turn.content for turn in messages if turn.role == "system"):
            request["system"] = system
        if config.stop:
            request["stop_sequences"] = list(config.stop)
        if config.temperature != _DEFAULT_TEMPERATURE:
            # Not a parameter of the newest models nor of the client any more: what still takes it gets it in the body.
            request["extra_body"] = {"temperature": config.temperature}
        if config.json_schema is not None:
            request["output_config"] = {"format": {"type": "json_schema", "schema": config.json_schema}}
        return request

    def _read(self, reply: Any) -> Completion:
        # The client does not validate what it reads, so everything is looked at before it is used.
        blocks, usage = getattr(reply, "content", None), getattr(reply, "usage", None)
        if not isinstance(blocks, list) or usage is None:
            raise ModelUnavailableError(f"{self.name}: an answer without content or usage")
        if reply.stop_reason == "refusal":
            raise ModelError(f"{self.name}: the provider refused to answer")
        return Completion(
            text="".join(block.text for block in blocks if block.type == "text"),
            model=reply.model,
            finish="length" if reply.stop_reason == "max_tokens" else "stop",
            usage=Usage(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens),
        )

    async def aclose(self) -> None:
        """Close the connections of this event loop."""
        if self._client is not None and self._loop is asyncio.get_running_loop():
            await self._client.close()
        self._client = None


class AnthropicBedrock(Anthropic):
    """A Claude model, asked on Bedrock with a bearer token."""

    provider = "anthropic-bedrock"
    key_env = "AWS_BEARER_TOKEN_BEDROCK"

    def _default_url(self) -> str:
        return f"https://bedrock-runtime.{self._region()}.amazonaws.com"

    def _region(self) -> str:
        region = os.environ.get("AWS_REGION")
        if not region:
            raise ConfigError(f"{self.provider}: set AWS_REGION in the environment")
        return region

    def _connect(self, http: httpx2.AsyncClient) -> anthropic.AsyncAnthropicBedrock:
        return anthropic.AsyncAnthropicBedrock(
            api_key=self._key,
            aws_region=self._region(),
            base_url=self._base_url,
            max_retries=0,
            http_client=http,
        )
