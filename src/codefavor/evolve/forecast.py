"""What a run will say first and what it may cost, without asking anything of a model.

Where seeds were settled before, their tokens are the sample; otherwise input is estimated from the prompts of the first
seeds, and the length of answers is a guess that is stated.
"""

from itertools import islice
from pathlib import Path

from codefavor.errors import ConfigError
from codefavor.evolve.conversation import AnsweredCall
from codefavor.evolve.kind import ConfigT, SeedEvolverKind, SeedT
from codefavor.evolve.models import prices_of
from codefavor.evolve.protocol import Discard
from codefavor.evolve.settled import Settled
from codefavor.llm.prices import CostEstimate, estimate_cost
from codefavor.llm.protocol import Usage
from codefavor.record import Record
from codefavor.runs.journal import JOURNAL_FILE, read_journal

_SAMPLE = 200


class Forecast(Record):
    """What lies ahead."""

    prompts: tuple[str, ...]
    """What the first seeds' first prompts say."""
    models: dict[str, CostEstimate]
    """What all seeds are expected to take, by model."""
    measured: bool
    """Whether the sample was answered by the models, or is estimated from prompts."""


def forecast(kind: SeedEvolverKind[ConfigT, SeedT], config: ConfigT, folder: Path, max_prompts: int) -> Forecast:
    """Return the first prompts of `max_prompts` seeds and an estimate for all seeds up to the limit.

    Raises:
        DataError: a source cannot be read.
        ConfigError: a model is not known, or it is not known what models are asked.
    """
    prompts: list[str] = []
    guesses: list[tuple[AnsweredCall, ...]] = []
    if kind.first_prompt is None or kind.expected_calls is None:
        raise ConfigError(f"what {kind.name} asks of models is not known, so nothing can be forecast")
    seeds = (seed for seed in kind.read_seeds(config) if not isinstance(seed, Discard))
    count = 0
    for count, seed in enumerate(islice(seeds, config.effort.limit), start=1):
        if count <= max_prompts:
            prompts.append(kind.first_prompt(config, seed))
        if count <= _SAMPLE:
            guesses.append(kind.expected_calls(config, seed))
    journal = folder / JOURNAL_FILE
    answered = (
        [settled.calls for settled in islice(read_journal(journal, Settled), _SAMPLE)] if journal.exists() else []
    )
    sample = answered or guesses
    prices = prices_of(list(config.models().values()), config.effort)
    totals = {name: [_total(calls, name) for calls in sample] for name in prices}
    models = {name: estimate_cost(usages, count, prices[name]) for name, usages in totals.items() if usages}
    return Forecast(prompts=tuple(prompts), models=models, measured=bool(answered))


def _total(calls: tuple[AnsweredCall, ...], model: str) -> Usage:
    own = [call.usage for call in calls if call.model == model]
    return Usage(
        input_tokens=sum(usage.input_tokens for usage in own), output_tokens=sum(usage.output_tokens for usage in own)
    )
