"""Anthropic, Claude on Bedrock and Gemini over their own protocols, against the loopback server."""

import asyncio
import traceback

import pytest
from pydantic import JsonValue

from codefavor.errors import ConfigError, ModelError, RateLimitError
from codefavor.llm.load import load_model
from codefavor.llm.protocol import Completion, GenerationConfig, Message
from conversation import ERRORS_OF_FAULTS, SECRET
from loopback.faults import Fault, Schedule
from loopback.server import Loopback

pytest.importorskip("anthropic", reason="the extra anthropic is not installed")
pytest.importorskip("google.genai", reason="the extra google is not installed")

PROVIDERS = ["anthropic", "anthropic-bedrock", "google"]
TURNS = (
    Message(role="system", content="Be brief."),
    Message(role="user", content="one"),
    Message(role="assistant", content="two"),
    Message(role="user", content="three END four"),
)


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "AWS_BEARER_TOKEN_BEDROCK", "GEMINI_API_KEY"):
        monkeypatch.setenv(name, SECRET)
    monkeypatch.setenv("AWS_REGION", "eu-west-1")


def ask(provider: str, server: Loopback, config: GenerationConfig) -> Completion:
    async def answer() -> Completion:
        model = load_model(f"{provider}/m", [server.root])
        try:
            return await model.complete(TURNS, config)
        finally:
            await model.aclose()

    return asyncio.run(answer())


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_conversation_is_sent_and_its_answer_read(provider: str) -> None:
    with Loopback() as server:
        completion = ask(provider, server, GenerationConfig(temperature=0.5, stop=("END",), max_tokens=3))
    assert (completion.text.strip(), completion.finish) == ("3: three", "stop")
    assert completion.usage.input_tokens == 7
    body = server.tally.asked[0].body
    assert body.get("generationConfig", body)["temperature"] == 0.5


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_cut_answer_says_so(provider: str) -> None:
    with Loopback() as server:
        completion = ask(provider, server, GenerationConfig(max_tokens=2))
    assert (completion.text, completion.finish, completion.usage.output_tokens) == ("3: three", "length", 2)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("fault", "kind"),
    ERRORS_OF_FAULTS,
)
def test_faults_become_named_errors_without_the_key(provider: str, fault: Fault, kind: type[ModelError]) -> None:
    with Loopback(schedule=Schedule({fault: 1.0}, retry_after=2.0)) as server:
        with pytest.raises(kind, match=f"{provider}/m") as caught:
            ask(provider, server, GenerationConfig())
        assert server.tally.requests == 1, "the client does not try again by itself"
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    if isinstance(caught.value, RateLimitError):
        assert caught.value.retry_after == 2.0


@pytest.mark.parametrize("provider", PROVIDERS)
def test_log_probabilities_are_refused_unsent(provider: str) -> None:
    with Loopback() as server, pytest.raises(ModelError, match="no log-probabilities"):
        ask(provider, server, GenerationConfig(top_logprobs=1))
    assert server.tally.requests == 0


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_json_schema_is_sent(provider: str) -> None:
    schema: dict[str, JsonValue] = {"type": "object", "properties": {"a": {"type": "string"}}}
    with Loopback() as server:
        ask(provider, server, GenerationConfig(json_schema=schema))
    body = server.tally.asked[0].body
    sent = (
        body["generationConfig"]["responseJsonSchema"]
        if provider == "google"
        else body["output_config"]["format"]["schema"]
    )
    assert sent == schema


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_missing_key_is_named_and_a_present_one_hidden(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert SECRET not in repr(load_model(f"{provider}/m"))
    for name in ("ANTHROPIC_API_KEY", "AWS_BEARER_TOKEN_BEDROCK", "GEMINI_API_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    with pytest.raises(ConfigError, match="in the environment"):
        load_model(f"{provider}/m")
