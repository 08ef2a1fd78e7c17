import asyncio
import traceback
from collections.abc import Iterator

import pytest
from pydantic import JsonValue

from codefavor.errors import ConfigError, ModelError, ModelTimeoutError, ModelUnavailableError, RateLimitError
from codefavor.llm.load import load_model
from codefavor.llm.openai_compatible import OpenAICompatible
from codefavor.llm.protocol import ChatModel, Completion, GenerationConfig, Message
from codefavor.llm.providers import PROVIDERS
from conversation import CONFIG, ERRORS_OF_FAULTS, SECRET, say, vllm
from loopback.dialects import Messages, Reply
from loopback.faults import Fault, Schedule
from loopback.server import Loopback


async def ask(
    model: ChatModel, asked: str | tuple[Message, ...] = "hello", config: GenerationConfig = CONFIG
) -> Completion:
    try:
        return await model.complete(say(asked) if isinstance(asked, str) else asked, config)
    finally:
        await model.aclose()


@pytest.fixture
def server() -> Iterator[Loopback]:
    with Loopback() as running:
        yield running


def test_a_conversation_is_sent_and_its_answer_read(server: Loopback) -> None:
    turns = (Message(role="system", content="Be brief."), *say("hello there"))
    completion = asyncio.run(ask(vllm(server.url), turns))
    assert completion.text == "1: hello there"
    assert (completion.usage.input_tokens, completion.usage.output_tokens, completion.finish) == (4, 3, "stop")
    assert server.tally.asked[0].body["messages"][0] == {"role": "system", "content": "Be brief."}


def test_every_setting_is_sent(server: Loopback) -> None:
    schema: dict[str, JsonValue] = {"type": "object"}
    config = GenerationConfig(temperature=0.5, max_tokens=9, stop=("END",), seed=7, top_logprobs=3, json_schema=schema)
    asyncio.run(ask(vllm(server.url), "a END b", config))
    body = server.tally.asked[0].body
    assert (
        body.items()
        >= {
            "temperature": 0.5,
            "max_tokens": 9,
            "stop": ["END"],
            "seed": 7,
            "logprobs": True,
            "top_logprobs": 3,
        }.items()
    )
    assert body["response_format"]["json_schema"]["schema"] == schema


def test_nothing_that_was_not_asked_for_is_sent(server: Loopback) -> None:
    asyncio.run(ask(vllm(server.url)))
    assert set(server.tally.asked[0].body) == {"model", "messages", "temperature", "max_tokens"}


@pytest.mark.parametrize(
    ("provider", "config", "reason"),
    [
        ("gemini", GenerationConfig(top_logprobs=1), "no log-probabilities"),
        ("bedrock", GenerationConfig(seed=1), "no sampling seed"),
        ("deepseek", GenerationConfig(json_schema={}), "JSON schema"),
        ("openai", GenerationConfig(stop=tuple("abcde")), "at most 4 stop texts"),
    ],
)
def test_what_a_provider_cannot_do_is_refused_unsent(
    server: Loopback, monkeypatch: pytest.MonkeyPatch, provider: str, config: GenerationConfig, reason: str
) -> None:
    monkeypatch.setenv(PROVIDERS[provider].key_env or "", SECRET)
    with pytest.raises(ModelError, match=reason):
        asyncio.run(ask(load_model(f"{provider}/m", [server.url]), config=config))
    assert server.tally.requests == 0


def test_openrouter_must_choose_hosts_that_honour_every_setting(
    server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENROUTER_API_KEY", SECRET)
    asyncio.run(ask(load_model("openrouter/a/b", [server.url])))
    body = server.tally.asked[0].body
    assert (body["model"], body["provider"]) == ("a/b", {"require_parameters": True})


def test_log_probabilities_come_back() -> None:
    def answer(messages: Messages) -> Reply:
        return Reply("A", [("A", {"A": -0.1, "B": -2.5, "C": -9.0})])

    with Loopback(answer) as server:
        completion = asyncio.run(ask(vllm(server.url), config=GenerationConfig(top_logprobs=2)))
    assert completion.logprobs is not None
    assert completion.logprobs[0].top == {"A": -0.1, "B": -2.5}


def test_a_cut_answer_says_so(server: Loopback) -> None:
    completion = asyncio.run(ask(vllm(server.url), "one two three", GenerationConfig(max_tokens=2)))
    assert (completion.text, completion.finish) == ("0: one", "length")


@pytest.mark.parametrize(
    ("fault", "kind"),
    [*ERRORS_OF_FAULTS, ("hang", ModelTimeoutError)],
)
def test_faults_become_named_errors_without_the_key(
    monkeypatch: pytest.MonkeyPatch, fault: Fault, kind: type[ModelError]
) -> None:
    monkeypatch.setenv("VLLM_API_KEY", SECRET)
    with Loopback(schedule=Schedule({fault: 1.0}, retry_after=2.5)) as server:
        seconds = 0.3 if fault == "hang" else 60.0
        model = OpenAICompatible(PROVIDERS["vllm"], "m", [server.url], timeout_seconds=seconds)
        with pytest.raises(kind, match="vllm/m") as caught:
            asyncio.run(ask(model))
    assert server.tally.asked[0].headers["authorization"] == f"Bearer {SECRET}"
    assert SECRET not in repr(model) + "".join(traceback.format_exception(caught.value))
    if isinstance(caught.value, RateLimitError):
        assert caught.value.retry_after == 2.5


def test_a_slow_answer_arrives() -> None:
    with Loopback(schedule=Schedule({"slow": 1.0}, slow_seconds=0.3)) as server:
        assert asyncio.run(ask(vllm(server.url))).text == "0: hello"


def test_an_address_where_nothing_listens_is_unavailable() -> None:
    with pytest.raises(ModelUnavailableError, match="Connect"):
        asyncio.run(ask(vllm("http://127.0.0.1:9/v1")))


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://x/v1", "http://me:pass@host/v1"])
def test_a_bad_base_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        vllm(url)
    assert "pass@" not in str(caught.value)


def test_a_pool_is_balanced_and_a_dead_server_rests() -> None:
    async def ask_all(model: ChatModel) -> list[object]:
        answers = await asyncio.gather(
            *(model.complete(say(f"q{number}"), CONFIG) for number in range(60)), return_exceptions=True
        )
        late = [await model.complete(say(f"late {number}"), CONFIG) for number in range(5)]
        await model.aclose()
        return [*answers, *late]

    with Loopback(latency=0.05) as first, Loopback(latency=0.05) as second:
        results = asyncio.run(ask_all(vllm(first.url, second.url, "http://127.0.0.1:9/v1")))
    failed = sum(isinstance(result, ModelUnavailableError) for result in results)
    assert failed <= 20
    assert first.tally.answered + second.tally.answered == 65 - failed
    assert abs(first.tally.requests - second.tally.requests) <= 1


def test_a_model_can_be_used_in_one_event_loop_after_another(server: Loopback) -> None:
    model = vllm(server.url)
    assert [asyncio.run(ask(model, text)).text for text in ("a", "b")] == ["0: a", "0: b"]


def test_connections_are_kept_for_the_next_request(server: Loopback) -> None:
    async def ask_often() -> None:
        model = vllm(server.url)
        for number in range(20):
            await model.complete(say(str(number)), CONFIG)
        await model.aclose()

    asyncio.run(ask_often())
    assert server.tally.connections == 1
