"""The protocols the server speaks, told apart by path: how a request is read and a reply is shaped. No sockets here."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Messages = list[dict[str, str]]
"""Turns with `role` (system, user, assistant) and `content`, whatever the dialect."""


@dataclass(frozen=True)
class Reply:
    """An answer with more to it than its text."""

    text: str
    logprobs: Sequence[tuple[str, dict[str, float]]] | None = None
    """For every token written: the token and the natural-log probabilities of the likeliest ones, itself included."""


Answer = Callable[[Messages], str | Reply]


@dataclass(frozen=True)
class Dialect:
    read: Callable[[dict[str, Any]], Messages]
    limit: Callable[[dict[str, Any]], tuple[int | None, Sequence[str]]]
    shape: Callable[[dict[str, Any], Reply, bool, int], dict[str, Any]]


def dialect_of(path: str) -> Dialect | None:
    if path.endswith("/v1/chat/completions"):
        return OPENAI
    if path.endswith(("/v1/messages", "/invoke")):
        return ANTHROPIC
    if path.endswith(":generateContent"):
        return GOOGLE
    return None


def reply_to(dialect: Dialect, body: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """Return the JSON reply; words count as tokens, and stop texts and the token limit are kept to."""
    messages = dialect.read(body)
    said = answer(messages)
    reply = Reply(said) if isinstance(said, str) else said
    most, stops = dialect.limit(body)
    text = reply.text
    for stop in stops:
        text = text.split(stop, 1)[0]
    pieces = re.findall(r"\s*\S+\s*$|\s*\S+", text)
    cut = most is not None and len(pieces) > most
    text = "".join(pieces[:most]) if cut else text
    read = sum(len(message["content"].split()) for message in messages)
    return dialect.shape(body, Reply(text, reply.logprobs), cut, read)


def _openai_limit(body: dict[str, Any]) -> tuple[int | None, Sequence[str]]:
    stop = body.get("stop") or []
    return body.get("max_completion_tokens", body.get("max_tokens")), [stop] if isinstance(stop, str) else stop


def _openai_shape(body: dict[str, Any], reply: Reply, cut: bool, read: int) -> dict[str, Any]:
    written = len(reply.text.split())
    return {
        "id": "loopback",
        "object": "chat.completion",
        "created": 0,
        "model": body["model"],
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": reply.text},
                "logprobs": _openai_logprobs(reply, body.get("top_logprobs") or 0) if body.get("logprobs") else None,
                "finish_reason": "length" if cut else "stop",
            }
        ],
        "usage": {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written},
    }


def _openai_logprobs(reply: Reply, most: int) -> dict[str, Any]:
    tokens = reply.logprobs or [(word, {word: 0.0}) for word in re.findall(r"\s*\S+", reply.text)]
    content = []
    for token, likely in tokens:
        best = sorted(likely.items(), key=lambda entry: -entry[1])[:most]
        top = [{"token": text, "logprob": value, "bytes": None} for text, value in best]
        content.append({"token": token, "logprob": likely.get(token, -9999.0), "bytes": None, "top_logprobs": top})
    return {"content": content, "refusal": None}


def _blocks(content: str | list[dict[str, str]]) -> str:
    return content if isinstance(content, str) else "".join(block["text"] for block in content)


def _anthropic_read(body: dict[str, Any]) -> Messages:
    system = [{"role": "system", "content": _blocks(body["system"])}] if body.get("system") else []
    return system + [{"role": turn["role"], "content": _blocks(turn["content"])} for turn in body["messages"]]


def _anthropic_shape(body: dict[str, Any], reply: Reply, cut: bool, read: int) -> dict[str, Any]:
    return {
        "id": "loopback",
        "type": "message",
        "role": "assistant",
        "model": body.get("model", "loopback"),
        "content": [{"type": "text", "text": reply.text}],
        "stop_reason": "max_tokens" if cut else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": read, "output_tokens": len(reply.text.split())},
    }


def _google_read(body: dict[str, Any]) -> Messages:
    system = body.get("systemInstruction")
    turns: Messages = [{"role": "system", "content": _blocks(system["parts"])}] if system else []
    for turn in body["contents"]:
        role = "assistant" if turn["role"] == "model" else turn["role"]
        turns.append({"role": role, "content": _blocks(turn["parts"])})
    return turns


def _google_limit(body: dict[str, Any]) -> tuple[int | None, Sequence[str]]:
    config = body.get("generationConfig", {})
    return config.get("maxOutputTokens"), config.get("stopSequences", [])


def _google_shape(body: dict[str, Any], reply: Reply, cut: bool, read: int) -> dict[str, Any]:
    written = len(reply.text.split())
    content = {"role": "model", "parts": [{"text": reply.text}]}
    return {
        "candidates": [{"index": 0, "content": content, "finishReason": "MAX_TOKENS" if cut else "STOP"}],
        "usageMetadata": {
            "promptTokenCount": read,
            "candidatesTokenCount": written,
            "totalTokenCount": read + written,
        },
        "modelVersion": "loopback",
    }


OPENAI = Dialect(lambda body: body["messages"], _openai_limit, _openai_shape)
ANTHROPIC = Dialect(
    _anthropic_read, lambda body: (body.get("max_tokens"), body.get("stop_sequences", [])), _anthropic_shape
)
GOOGLE = Dialect(_google_read, _google_limit, _google_shape)
