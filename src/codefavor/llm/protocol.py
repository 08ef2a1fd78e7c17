"""What a chat model is: messages in, a completion with its usage out. No backend is named here."""

from typing import Annotated, Literal, Protocol

from pydantic import Field, JsonValue

from codefavor.record import Record

Role = Literal["system", "user", "assistant"]


class Message(Record):
    """One turn of a conversation."""

    role: Role
    """Who speaks."""
    content: str
    """What is said."""


class GenerationConfig(Record):
    """How a completion is to be made. A backend sends every setting or refuses it; none is dropped in silence."""

    temperature: Annotated[float, Field(ge=0)] = 0.0
    """0 is greedy decoding."""
    max_tokens: Annotated[int, Field(gt=0)] = 2048
    """The most tokens to write."""
    stop: tuple[str, ...] = ()
    """Texts at which writing ends; they are not part of the completion."""
    seed: int | None = None
    """The seed of sampling, where the backend takes one."""
    top_logprobs: Annotated[int, Field(ge=1, le=20)] | None = None
    """How many alternatives to report for every token written; None asks for no log-probabilities."""
    json_schema: dict[str, JsonValue] | None = None
    """The JSON schema that the answer must follow."""


class Usage(Record):
    """The tokens that a completion took."""

    input_tokens: Annotated[int, Field(ge=0)]
    """Tokens read."""
    output_tokens: Annotated[int, Field(ge=0)]
    """Tokens written."""


class TokenLogprobs(Record):
    """One written token with its likeliest alternatives."""

    token: str
    """The token's text."""
    logprob: float
    """Its natural-log probability."""
    top: dict[str, float]
    """The likeliest tokens at this place with their natural-log probabilities."""


class Completion(Record):
    """A model's answer."""

    text: str
    """What was written."""
    model: str
    """The model as the backend names it."""
    finish: Literal["stop", "length"]
    """Whether the model ended by itself or was cut at `max_tokens`."""
    usage: Usage
    """The tokens that it took."""
    logprobs: tuple[TokenLogprobs, ...] | None = None
    """The tokens written, when log-probabilities were asked for."""
    cached: bool = False
    """Whether the answer was kept from an earlier call, and so cost nothing now."""


class ChatModel(Protocol):
    """Anything that completes a conversation."""

    @property
    def name(self) -> str:
        """The model id, `provider/model`."""

    async def complete(self, messages: tuple[Message, ...], config: GenerationConfig) -> Completion:
        """Return the answer to `messages`.

        Raises:
            RateLimitError: the provider asks for fewer requests.
            ModelTimeoutError: no answer came in time.
            ModelUnavailableError: the call failed in a way that may pass.
            ModelError: the model failed for good, or refuses a setting of `config`.
        """

    async def aclose(self) -> None:
        """Free connections and threads; call it in the event loop that made the calls, before that loop ends.

        The model may be used again afterwards, in another event loop.
        """
