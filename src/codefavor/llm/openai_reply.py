"""The OpenAI protocol's reply, read strictly: what is missing or malformed is a named error, never a default."""

from typing import Literal

from pydantic import BaseModel, ValidationError

from codefavor.errors import ModelError, ModelUnavailableError
from codefavor.llm.protocol import Completion, GenerationConfig, TokenLogprobs, Usage
from codefavor.record import explain


class _Alternative(BaseModel):
    token: str
    logprob: float


class _Token(_Alternative):
    top_logprobs: list[_Alternative]


class _Logprobs(BaseModel):
    content: list[_Token] | None = None


class _Said(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Said
    finish_reason: str | None
    logprobs: _Logprobs | None = None


class _Count(BaseModel):
    prompt_tokens: int
    completion_tokens: int


class _Reply(BaseModel):
    model: str
    choices: list[_Choice]
    usage: _Count


def read_reply(name: str, content: bytes, config: GenerationConfig) -> Completion:
    """Return the completion in the reply of model `name` to a request made with `config`.

    Raises:
        ModelUnavailableError: the reply is malformed; asking again may help.
        ModelError: the model refused, was filtered, or left out the log-probabilities asked for.
    """
    try:
        reply = _Reply.model_validate_json(content)
    except ValidationError as error:
        raise ModelUnavailableError(f"{name}: an unreadable answer: {explain(error)}") from None
    if not reply.choices:
        raise ModelUnavailableError(f"{name}: an answer with no choices")
    choice = reply.choices[0]
    if choice.finish_reason == "content_filter" or choice.message.refusal:
        raise ModelError(f"{name}: the provider refused to answer: {choice.message.refusal or 'content filter'}")
    return Completion(
        text=choice.message.content or "",
        model=reply.model,
        finish=_finish(choice.finish_reason),
        usage=Usage(input_tokens=reply.usage.prompt_tokens, output_tokens=reply.usage.completion_tokens),
        logprobs=_logprobs(name, choice) if config.top_logprobs is not None else None,
    )


def _finish(reason: str | None) -> Literal["stop", "length"]:
    return "length" if reason == "length" else "stop"


def _logprobs(name: str, choice: _Choice) -> tuple[TokenLogprobs, ...]:
    if choice.logprobs is None or choice.logprobs.content is None:
        raise ModelError(f"{name}: log-probabilities were asked for and none came")
    return tuple(
        TokenLogprobs(
            token=token.token,
            logprob=token.logprob,
            top={likely.token: likely.logprob for likely in token.top_logprobs},
        )
        for token in choice.logprobs.content
    )
