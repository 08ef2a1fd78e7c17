"""From a model id to a chat model: `provider/model`, with base URLs where the servers are your own.

Keys come from the environment only. What is loaded here is bare; `RateLimitedModel` and `Cached` go around it.
"""

import importlib
from collections.abc import Sequence
from pathlib import Path

from codefavor.errors import ConfigError, MissingExtraError
from codefavor.llm.plugin import load_plugin_model
from codefavor.llm.prices import FREE, Price, load_prices
from codefavor.llm.protocol import ChatModel
from codefavor.llm.providers import PROVIDERS
from codefavor.llm.scripted import Scripted
from codefavor.plugins import all_plugins, find_plugin

_NATIVE = {
    "anthropic": ("codefavor.llm.anthropic", "Anthropic", "anthropic", "anthropic"),
    "anthropic-bedrock": ("codefavor.llm.anthropic", "AnthropicBedrock", "anthropic", "anthropic"),
    "google": ("codefavor.llm.google", "Google", "google-genai", "google"),
    "local": ("codefavor.llm.local", "Local", "transformers", "train"),
}
"""Providers with a protocol of their own: module, class, the package needed and the extra that brings it."""

OWN_PROVIDERS = frozenset({*PROVIDERS, *_NATIVE, "scripted"})
"""The provider ids that no other package can take."""


def load_model(model_id: str, base_urls: Sequence[str] = ()) -> ChatModel:
    """Return the chat model named `provider/model`; nothing is sent yet.

    Raises:
        ConfigError: the id has no known provider, a key is not set, or a base URL does not fit.
        MissingExtraError: the provider needs a package that is not installed.
        PluginError: the provider is another package's, which is broken.
    """
    provider, model = split_model_id(model_id)
    if provider not in OWN_PROVIDERS and (plugin := find_plugin("chat model", provider)):
        return load_plugin_model(plugin, model, tuple(base_urls))
    if provider in PROVIDERS:
        # On demand: its client takes longer to import than all else that a command needs to answer --help.
        compatible = importlib.import_module("codefavor.llm.openai_compatible")
        served: ChatModel = compatible.OpenAICompatible(PROVIDERS[provider], model, base_urls)
        return served
    if provider == "scripted":
        if model != "echo":
            raise ConfigError(f"{model_id}: scripted/echo is the one scripted model with a name")
        return Scripted()
    if len(base_urls) > (0 if provider == "local" else 1):
        raise ConfigError(f"{model_id}: {provider} takes {'no' if provider == 'local' else 'at most one'} base URL")
    module, kind, package, extra = _NATIVE[provider]
    try:
        loaded = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith("codefavor"):
            raise
        raise MissingExtraError(package, extra) from None
    make = getattr(loaded, kind)
    chat_model: ChatModel = make(model, *base_urls)
    return chat_model


def load_price(model_id: str, override: Path | None = None) -> Price | None:
    """Return the price of a model, zero on own hardware, None when it is not known.

    Raises:
        ConfigError: the id has no known provider, or the file `override` is no price table.
    """
    provider, model = split_model_id(model_id)
    prices = load_prices(override)
    if f"{provider}/{model}" in prices:
        return prices[f"{provider}/{model}"]
    is_own = provider in {"local", "scripted"} or (provider in PROVIDERS and PROVIDERS[provider].own_hardware)
    return FREE if is_own else None


def split_model_id(model_id: str) -> tuple[str, str]:
    """Return (provider, model) of an id; `local:` may stand for `local/`.

    Raises:
        ConfigError: the id has another form, or no known provider.
        UserError: two packages add the provider.
    """
    if model_id.startswith("local:"):
        model_id = model_id.replace(":", "/", 1)
    provider, _, model = model_id.partition("/")
    if not model or (provider not in OWN_PROVIDERS and find_plugin("chat model", provider) is None):
        known = sorted({*OWN_PROVIDERS, *(plugin.name for plugin in all_plugins("chat model"))})
        raise ConfigError(f"{model_id!r} is no model id; give provider/model with a provider of {', '.join(known)}")
    return provider, model
