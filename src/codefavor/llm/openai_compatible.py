"""Chat models behind the OpenAI protocol, through the `openai` client: hosted providers, or a pool of own servers.

Errors of the client become ours at this border. Nothing is retried and nothing is counted here:
`RateLimitedModel` does that.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2
import openai

from codefavor.errors import ConfigError, ModelError, ModelUnavailableError
from codefavor.llm.error_mapping import map_client_error
from codefavor.llm.openai_reply import read_reply
from codefavor.llm.protocol import Completion, GenerationConfig, Message
from codefavor.llm.providers import Provider
from codefavor.llm.unpooled_transport import UnpooledTransport

_REST_SECONDS = 5.0
_NO_KEY = "none"


@dataclass
class _Endpoint:
    url: str
    in_flight: int = 0
    sent: int = 0
    rests_until: float = 0.0
    client: openai.AsyncOpenAI | None = field(default=None, repr=False)
    loop: asyncio.AbstractEventLoop | None = field(default=None, repr=False)


class OpenAICompatible:
    """A model of one provider; several base URLs are servers of the same model, and the least busy one is asked."""

    def __init__(
        self, provider: Provider, model: str, base_urls: Sequence[str] = (), timeout_seconds: float = 600.0
    ) -> None:
        """Take the key from the environment; no connection is made yet.

        Raises:
            ConfigError: the provider's key is not set, or a base URL is none.
        """
        self._provider = provider
        self._model = model
        self._key = _read_key(provider)
        self._timeout = timeout_seconds
        self._endpoints = [_Endpoint(_checked(url)) for url in base_urls or [provider.resolve_url()]]

    @property
    def name(self) -> str:
        """The model id, `provider/model`."""
        return f"{self._provider.name}/{self._model}"

    def __repr__(self) -> str:
        return f"OpenAICompatible({self.name!r})"

    async def complete(self, messages: tuple[Message, ...], config: GenerationConfig) -> Completion:
        """Return the answer to `messages`; see `ChatModel.complete`."""
        if refusal := self._provider.refusal(config):
            raise ModelError(f"{self.name}: {refusal}")
        endpoint = self._least_busy()
        endpoint.in_flight += 1
        endpoint.sent += 1
        try:
            response = await self._client(endpoint).post(
                "/chat/completions", cast_to=httpx2.Response, body=self._request(messages, config)
            )
        except openai.OpenAIError as error:
            mapped = map_client_error(self.name, error, self._key)
            if isinstance(mapped, ModelUnavailableError):
                endpoint.rests_until = asyncio.get_running_loop().time() + _REST_SECONDS
            raise mapped from None
        finally:
            endpoint.in_flight -= 1
        return read_reply(self.name, response.content, config)

    def _least_busy(self) -> _Endpoint:
        # A server that is down refuses at once and so is always the least busy: after a failure it rests a while.
        now = asyncio.get_running_loop().time()
        return min(self._endpoints, key=lambda server: (server.rests_until > now, server.in_flight, server.sent))

    def _request(self, messages: tuple[Message, ...], config: GenerationConfig) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self._model,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "temperature": config.temperature,
            self._provider.limit_field: config.max_tokens,
        }
        if config.stop:
            request["stop"] = list(config.stop)
        if config.seed is not None:
            request["seed"] = config.seed
        if config.top_logprobs is not None:
            request.update(logprobs=True, top_logprobs=config.top_logprobs)
        if config.json_schema is not None:
            schema = {"name": "answer", "strict": True, "schema": config.json_schema}
            request["response_format"] = {"type": "json_schema", "json_schema": schema}
        if self._provider.strict_routing:
            request["provider"] = {"require_parameters": True}
        return request

    def _client(self, endpoint: _Endpoint) -> openai.AsyncOpenAI:
        loop = asyncio.get_running_loop()
        if endpoint.client is None or endpoint.loop is not loop:
            http = httpx2.AsyncClient(transport=UnpooledTransport(endpoint.url), timeout=self._timeout)
            endpoint.loop = loop
            endpoint.client = openai.AsyncOpenAI(
                base_url=endpoint.url, api_key=self._key or _NO_KEY, max_retries=0, http_client=http
            )
        return endpoint.client

    async def aclose(self) -> None:
        """Close the connections of this event loop."""
        for endpoint in self._endpoints:
            if endpoint.client is not None and endpoint.loop is asyncio.get_running_loop():
                await endpoint.client.close()
            endpoint.client = None


def _read_key(provider: Provider) -> str | None:
    key = os.environ.get(provider.key_env) if provider.key_env else None
    if not key and not provider.own_hardware:
        raise ConfigError(f"{provider.name}: set {provider.key_env} in the environment")
    return key or None


def _checked(url: str) -> str:
    address = urlsplit(url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise ConfigError(f"{url!r} is no base URL; one looks like http://127.0.0.1:8000/v1")
    if address.username or address.password:
        raise ConfigError(f"the base URL of {address.hostname} holds a password; put the key in the environment")
    return url
