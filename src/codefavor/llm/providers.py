"""The providers that speak the OpenAI protocol, as data: where they are, which key they want, what they take.

A setting that a provider is not known to honour is refused before anything is sent. No key is held here, only the
name of the environment variable that has it.
"""

import os
from string import Template
from typing import Literal

from codefavor.errors import ConfigError
from codefavor.llm.protocol import GenerationConfig
from codefavor.record import Record


class Provider(Record):
    """One place to ask for completions over the OpenAI protocol."""

    name: str
    """The part of a model id before the first slash."""
    base_url: str
    """The address; `${NAME}` stands for an environment variable."""
    key_env: str | None
    """The environment variable that holds the key; None where none is needed."""
    own_hardware: bool = False
    """Whether it is the user's own server, for which nothing is charged and no key is needed."""
    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """The name under which the provider takes the most tokens to write."""
    most_stops: int | None = None
    """How many stop texts it takes; None is no limit."""
    logprobs: bool = True
    """Whether it reports log-probabilities."""
    seed: bool = True
    """Whether it takes a seed of sampling."""
    json_schema: bool = True
    """Whether it can be held to a JSON schema."""
    strict_routing: bool = False
    """Whether it passes requests on, and must be told to choose only hosts that honour every setting."""

    def resolve_url(self) -> str:
        """Return the base URL with environment variables filled in.

        Raises:
            ConfigError: a variable is not set.
        """
        try:
            return Template(self.base_url).substitute(os.environ)
        except KeyError as missing:
            raise ConfigError(f"{self.name}: set {missing.args[0]} in the environment, or give --base-url") from None

    def refusal(self, config: GenerationConfig) -> str | None:
        """Return why `config` cannot be honoured, or None."""
        if config.top_logprobs is not None and not self.logprobs:
            return f"{self.name} reports no log-probabilities"
        if config.seed is not None and not self.seed:
            return f"{self.name} takes no sampling seed"
        if config.json_schema is not None and not self.json_schema:
            return f"{self.name} cannot be held to a JSON schema"
        if self.most_stops is not None and len(config.stop) > self.most_stops:
            return f"{self.name} takes at most {self.most_stops} stop texts, not {len(config.stop)}"
        return None


PROVIDERS = {
    provider.name: provider
    for provider in (
        Provider(
            name="openai",
            base_url="https://api.openai.com/v1",
            key_env="OPENAI_API_KEY",
            limit_field="max_completion_tokens",
            most_stops=4,
        ),
        Provider(name="vllm", base_url="http://127.0.0.1:8000/v1", key_env="VLLM_API_KEY", own_hardware=True),
        Provider(name="ollama", base_url="http://127.0.0.1:11434/v1", key_env="OLLAMA_API_KEY", own_hardware=True),
        Provider(name="llamacpp", base_url="http://127.0.0.1:8080/v1", key_env="LLAMA_API_KEY", own_hardware=True),
        Provider(
            name="deepseek",
            base_url="https://api.deepseek.com/v1",
            key_env="DEEPSEEK_API_KEY",
            most_stops=16,
            seed=False,
            json_schema=False,
        ),
        Provider(
            name="openrouter",
            base_url="https://openrouter.ai/api/v1",
            key_env="OPENROUTER_API_KEY",
            strict_routing=True,
        ),
        Provider(
            name="gemini",
            base_url="https://generativelanguage.googleapis.com/v1beta/openai",
            key_env="GEMINI_API_KEY",
            most_stops=5,
            logprobs=False,
            seed=False,
        ),
        Provider(
            name="bedrock",
            base_url="https://bedrock-runtime.${AWS_REGION}.amazonaws.com/openai/v1",
            key_env="AWS_BEARER_TOKEN_BEDROCK",
            most_stops=4,
            logprobs=False,
            seed=False,
            json_schema=False,
        ),
    )
}
"""Every provider of the OpenAI protocol by name."""
