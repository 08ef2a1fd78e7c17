"""Gemini over Google's own protocol, through the `google-genai` client.

Log-probabilities are refused: few of its models report them. Nothing is retried here.
"""

import asyncio
import os

import httpx2
from google import genai
from google.genai import errors, types

from codefavor.errors import ConfigError, ModelError, ModelTimeoutError, ModelUnavailableError
from codefavor.llm.error_mapping import clean_message, map_status
from codefavor.llm.protocol import Completion, GenerationConfig, Message, Usage
from codefavor.llm.unpooled_transport import UnpooledTransport

_URL = "https://generativelanguage.googleapis.com"
_MOST_STOPS = 5
_TIMEOUT_SECONDS = 600.0


class Google:
    """A Gemini model."""

    def __init__(self, model: str, base_url: str | None = None) -> None:
        """Take the key from the environment; no connection is made yet.

        Raises:
            ConfigError: the key is not set.
        """
        self._model = model
        self._base_url = base_url or _URL
        self._key = os.environ.get("GEMINI_API_KEY") or os.environ.get("GOOGLE_API_KEY")
        if not self._key:
            raise ConfigError("google: set GEMINI_API_KEY in the environment")
        self._http: httpx2.AsyncClient | None = None
        self._client: genai.Client | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def name(self) -> str:
        """The model id, `google/model`."""
        return f"google/{self._model}"

    def __repr__(self) -> str:
        return f"Google({self.name!r})"

    async def complete(self, messages: tuple[Message, ...], config: GenerationConfig) -> Completion:
        """Return the answer to `messages`; see `ChatModel.complete`."""
        if config.top_logprobs is not None:
            raise ModelError(f"{self.name}: google reports no log-probabilities")
        if len(config.stop) > _MOST_STOPS:
            raise ModelError(f"{self.name}: google takes at most {_MOST_STOPS} stop texts, not {len(config.stop)}")
        try:
            reply = await self._connected().aio.models.generate_content(
                model=self._model, contents=_contents(messages), config=_request(messages, config)
            )
        except errors.APIError as error:
            message = f"{self.name}: {clean_message(str(error), self._key)}"
            raise map_status(message, error.code, getattr(error.response, "headers", {})) from None
        except httpx2.TimeoutException:
            raise ModelTimeoutError(f"{self.name}: no answer in time") from None
        except (httpx2.HTTPError, ValueError) as error:
            reason = clean_message(f"{type(error).__name__}: {error}", self._key)
            raise ModelUnavailableError(f"{self.name}: {reason}") from None
        return self._read(reply)

    def _connected(self) -> genai.Client:
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._loop = loop
            self._http = httpx2.AsyncClient(transport=UnpooledTransport(self._base_url), timeout=_TIMEOUT_SECONDS)
            self._client = genai.Client(
                api_key=self._key,
                vertexai=False,
                http_options=types.HttpOptions(
                    base_url=self._base_url,
                    httpx_async_client=self._http,
                    retry_options=types.HttpRetryOptions(attempts=1),
                ),
            )
        return self._client

    def _read(self, reply: types.GenerateContentResponse) -> Completion:
        usage = reply.usage_metadata
        if reply.prompt_feedback and reply.prompt_feedback.block_reason:
            raise ModelError(f"{self.name}: the provider refused to answer: {reply.prompt_feedback.block_reason.value}")
        if not reply.candidates or usage is None or usage.prompt_token_count is None:
            raise ModelUnavailableError(f"{self.name}: an answer without candidates or usage")
        answer = reply.candidates[0]
        reason = answer.finish_reason or types.FinishReason.STOP
        if reason not in {types.FinishReason.STOP, types.FinishReason.MAX_TOKENS}:
            raise ModelError(f"{self.name}: the provider refused to answer: {reason.value}")
        parts = (answer.content.parts if answer.content else None) or []
        return Completion(
            text="".join(part.text or "" for part in parts if not part.thought),
            model=reply.model_version or self._model,
            finish="length" if reason is types.FinishReason.MAX_TOKENS else "stop",
            usage=Usage(
                input_tokens=usage.prompt_token_count,
                output_tokens=(usage.candidates_token_count or 0) + (usage.thoughts_token_count or 0),
            ),
        )

    async def aclose(self) -> None:
        """Close the connections of this event loop."""
        if self._http is not None and self._loop is asyncio.get_running_loop():
            await self._http.aclose()
        self._client = self._http = None


def _contents(messages: tuple[Message, ...]) -> list[types.Content]:
    return [
        types.Content(role="model" if turn.role == "assistant" else "user", parts=[types.Part(text=turn.content)])
        for turn in messages
        if turn.role != "system"
    ]


def _request(messages: tuple[Message, ...], config: GenerationConfig) -> types.GenerateContentConfig:
    return types.GenerateContentConfig(
        system_instruction="\n\n".join(turn.content for turn in messages if turn.role == "system") or None,
        temperature=config.temperature,
        max_output_tokens=config.max_tokens,
        stop_sequences=list(config.stop) or None,
        seed=config.seed,
        response_mime_type="application/json" if config.json_schema is not None else None,
        response_json_schema=config.json_schema,
    )
