"""The models of a run: loaded, kept within limits and budget, and answering from the run's file where they can."""

from collections.abc import Sequence

from codefavor.evolve.settings import Effort, ModelSettings
from codefavor.llm.answers import AnswerFile
from codefavor.llm.cached import Cached
from codefavor.llm.load import load_model, load_price, split_model_id
from codefavor.llm.prices import Price
from codefavor.llm.protocol import ChatModel
from codefavor.llm.rate_limit import RateLimit, RateLimitSettings
from codefavor.llm.rate_limited_model import RateLimitedModel
from codefavor.llm.usage_budget import UsageBudget

_FIVE_MINUTES, _A_DAY = 300.0, 86_400.0


def load_models(
    models: Sequence[ModelSettings], effort: Effort, answers: AnswerFile, meter: UsageBudget
) -> tuple[ChatModel, ...]:
    """Return a chat model for each of `models`; those of one provider and the same servers share its limits.

    Raises:
        ConfigError: a model is not known, its key is not set, or a budget is given and its price is not known.
        MissingExtraError: a provider needs a package that is not installed.
    """
    pacers: dict[tuple[str, tuple[str, ...]], RateLimit] = {}
    loaded = []
    for model in models:
        provider, _ = split_model_id(model.id)
        pacer = pacers.setdefault((provider, model.base_urls), RateLimit(_limits(provider, effort)))
        bare = load_model(model.id, model.base_urls)
        governed = RateLimitedModel(bare, pacer, meter, load_price(model.id, effort.prices))
        loaded.append(Cached(governed, answers))
    return tuple(loaded)


def _limits(provider: str, effort: Effort) -> RateLimitSettings:
    # A local model takes a batch at a time: a call that times out while it waits would be asked again without end.
    patience = _A_DAY if provider == "local" else _FIVE_MINUTES
    return RateLimitSettings(
        concurrency=effort.concurrency,
        requests_per_minute=effort.requests_per_minute,
        tokens_per_minute=effort.tokens_per_minute,
        timeout_seconds=effort.timeout_seconds or patience,
    )


def prices_of(models: Sequence[ModelSettings], effort: Effort) -> dict[str, Price | None]:
    """Return the price of every model by its id, None where it is not known."""
    return {model.id: load_price(model.id, effort.prices) for model in models}
