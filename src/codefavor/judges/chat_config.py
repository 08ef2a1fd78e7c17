"""How a chat model is set up as a judge: a YAML file or a spec string, as a typed record. Nothing is asked here.

What shapes verdicts stands in `ChatJudgeConfig`; the budget and the file of answers do not, so that a run stopped by
its budget can be resumed with a higher one.
"""

import os
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import parse_qsl

from pydantic import Field

from codefavor.config import load_config
from codefavor.errors import ConfigError
from codefavor.llm.prices import Price
from codefavor.llm.rate_limit import RateLimitSettings
from codefavor.record import Record

_OPTIONS = ("logprobs", "trained", "repair", "base-url=URL", "budget=DOLLARS", "cache=FILE")


class ChatJudgeConfig(Record):
    """A chat model as a judge: the content of `configs/judges/NAME.yaml`."""

    model: str
    """The model id, `provider/model`."""
    base_urls: tuple[str, ...] = ()
    """Servers of that model, where they are one's own."""
    answer: Literal["feedback", "logprobs", "trained"] = "feedback"
    """feedback: feedback and then a verdict; logprobs: the log-probabilities of one letter; trained: the same of a
    classification judge of codefavor's own that a server has loaded, asked in the words that it was trained on."""
    repair: bool = False
    """Whether an answer without a readable verdict is asked for once more."""
    max_tokens: Annotated[int, Field(gt=0)] = 2048
    """The most tokens of one answer with feedback (paper: section A.3)."""
    limits: RateLimitSettings = RateLimitSettings(concurrency=32)
    """How fast the provider may be asked."""
    price: Price | None = None
    """US dollars for a million tokens, where the shipped price list is not to be used."""

    @property
    def name(self) -> str:
        """The name that verdicts carry."""
        marks = [mark for mark, on in ((self.answer, self.answer != "feedback"), ("repair", self.repair)) if on]
        return f"chat:{self.model}" + (f"?{'&'.join(marks)}" if marks else "")


class ChatJudgeSpec(Record):
    """Everything after `chat:` in a spec."""

    config: ChatJudgeConfig
    """What shapes the verdicts."""
    budget_usd: Annotated[float, Field(ge=0)] | None = None
    """The most US dollars that may be spent; None is no limit."""
    answers: Path
    """The file of answers already paid for."""


def config_file(argument: str) -> Path | None:
    """Return the configuration file that the rest of a `chat:` spec names, or None when it names a model."""
    source = argument.partition("?")[0]
    return Path(source) if source.endswith((".yaml", ".yml")) else None


def read_chat_spec(argument: str) -> ChatJudgeSpec:
    """Return what the rest of a `chat:` spec says: `provider/model` or a YAML file, then options after "?".

    Raises:
        ConfigError: an option is unknown or makes no sense, or the file is no such configuration.
    """
    source, _, query = argument.partition("?")
    options = parse_qsl(query, keep_blank_values=True)
    known = {option.partition("=")[0]: "=" in option for option in _OPTIONS}
    for name, value in options:
        if name not in known or known[name] != bool(value):
            raise ConfigError(
                f"chat:{argument}: {name!r} is not an option of chat judges; known are {', '.join(_OPTIONS)}"
            )
    names = dict(options)
    overrides = {
        "model": None if config_file(argument) else source,
        "answer": next((name for name in ("trained", "logprobs") if name in names), None),
        "repair": True if "repair" in names else None,
        "base_urls": [value for name, value in options if name == "base-url"] or None,
    }
    config = load_config(ChatJudgeConfig, config_file(argument), overrides)
    try:
        budget = float(names["budget"]) if "budget" in names else None
    except ValueError:
        raise ConfigError(f"chat:{argument}: {names['budget']!r} is not a number of dollars") from None
    answers = Path(names["cache"]) if "cache" in names else default_answers()
    return ChatJudgeSpec(config=config, budget_usd=budget, answers=answers)


def default_answers() -> Path:
    """Return the file that keeps answers where no other is named, in the user's cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "codefavor" / "judge-answers.sqlite"
