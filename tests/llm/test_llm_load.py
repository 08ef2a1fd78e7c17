import subprocess
import sys
from pathlib import Path

import pytest

from codefavor.errors import ConfigError, MissingExtraError
from codefavor.llm.load import load_model, load_price, split_model_id
from codefavor.llm.prices import FREE, Price, estimate_cost, load_prices
from codefavor.llm.protocol import Usage
from codefavor.llm.providers import PROVIDERS
from conversation import SECRET

NEEDS_KEY = [name for name, provider in PROVIDERS.items() if not provider.own_hardware]


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_every_provider_loads_with_its_key_and_shows_it_nowhere(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv(PROVIDERS[name].key_env or "", SECRET)
    model = load_model(f"{name}/some/model")
    assert model.name == f"{name}/some/model"
    assert SECRET not in repr(model)


@pytest.mark.parametrize("name", NEEDS_KEY)
def test_a_missing_key_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    key = PROVIDERS[name].key_env or ""
    monkeypatch.delenv(key, raising=False)
    with pytest.raises(ConfigError, match=f"set {key} in the environment"):
        load_model(f"{name}/m")


def test_a_missing_region_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", SECRET)
    with pytest.raises(ConfigError, match="set AWS_REGION"):
        load_model("bedrock/m")


@pytest.mark.parametrize("model_id", ["gpt-4o", "openia/gpt-4o", "openai/", "/x", "", "local:"])
def test_an_id_without_a_known_provider_is_refused_in_one_sentence(model_id: str) -> None:
    with pytest.raises(ConfigError, match=r"is no model id; give provider/model with a provider of .*openai.*vllm"):
        load_model(model_id)


def test_local_may_be_written_with_a_colon() -> None:
    assert split_model_id("local:smollm2") == split_model_id("local/smollm2") == ("local", "smollm2")
    assert split_model_id("local:/a/folder") == ("local", "/a/folder")


def test_base_urls_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ConfigError, match="no base URL"):
        load_model("local/m", ["http://127.0.0.1:1/v1"])
    with pytest.raises(ConfigError, match="at most one"):
        load_model("anthropic/m", ["http://127.0.0.1:1", "http://127.0.0.1:2"])


@pytest.mark.parametrize(("provider", "extra"), [("anthropic", "anthropic"), ("google", "google"), ("local", "train")])
def test_a_missing_package_gives_its_install_line(provider: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    package = {"anthropic": "anthropic", "google": "google.genai", "local": "torch"}[provider]
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, f"codefavor.llm.{provider}", raising=False)
    with pytest.raises(MissingExtraError, match=rf"codefavor\[{extra}\]"):
        load_model(f"{provider}/m")


def test_loading_reaches_no_heavy_package() -> None:
    heavy = "{'torch', 'transformers', 'openai', 'anthropic', 'google.genai'}"
    code = f"import sys, codefavor.llm.load, codefavor.llm.batch; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_shipped_prices_are_of_known_providers() -> None:
    for model_id in load_prices():
        split_model_id(model_id)
    assert load_price("openai/gpt-4o") == Price(input=2.5, output=10.0)


def test_own_hardware_is_free_and_an_unknown_price_is_unknown() -> None:
    assert load_price("vllm/anything") == load_price("local:smollm2") == FREE
    assert load_price("openai/unheard-of") is None


def test_a_table_of_ones_own_lies_over_the_shipped_one(tmp_path: Path) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text("openai/gpt-4o: {input: 1, output: 2}\nvllm/m: {input: 0.5, output: 0.5}\n", encoding="utf-8")
    assert load_price("openai/gpt-4o", path) == Price(input=1.0, output=2.0)
    assert load_price("vllm/m", path) == Price(input=0.5, output=0.5)
    assert load_price("openai/gpt-4o-mini", path) == load_price("openai/gpt-4o-mini")


@pytest.mark.parametrize("content", ["openai/gpt-4o: 3", "- a", "openai/x: {input: -1, output: 2}", "a: ["])
def test_a_malformed_price_table_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match="prices.yaml"):
        load_prices(path)


def test_an_estimate_scales_the_sample() -> None:
    sample = [Usage(input_tokens=100, output_tokens=10), Usage(input_tokens=300, output_tokens=30)]
    expected = estimate_cost(sample, 1000, Price(input=1.0, output=10.0))
    assert (expected.input_tokens, expected.output_tokens, expected.sampled) == (200_000, 20_000, 2)
    assert expected.usd == pytest.approx(0.4)
    assert estimate_cost(sample, 1000, None).usd is None
