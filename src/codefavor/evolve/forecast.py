"""What a run will say first and what it may cost, without asking anything of a model.

Where seeds were settled before, their tokens are the sample; otherwise input is reckoned from the prompts of the first
seeds at four characters a token, and the length of answers is a guess that is stated.
"""

from itertools import islice
from pathlib import Path

from codefavor.evolve.commit_instruct import first_prompt
from codefavor.evolve.commit_seed import CommitSeed
from codefavor.evolve.configuration import CommitInstructConfig, Config
from codefavor.evolve.conversation import Call
from codefavor.evolve.instruction_seed import InstructionSeed
from codefavor.evolve.models import prices_of
from codefavor.evolve.prompts import commit_instruct as commit_prompt
from codefavor.evolve.prompts import critic_evol as critic_prompt
from codefavor.evolve.protocol import Discard
from codefavor.evolve.settings import DraftSettings
from codefavor.evolve.settled import Settled
from codefavor.llm.prices import CostEstimate, estimate_cost
from codefavor.llm.protocol import Usage
from codefavor.record import Record
from codefavor.runs.journal import JOURNAL_FILE, read_journal

_CHARS_A_TOKEN = 4
_REASON_TOKENS, _FILTER_TOKENS, _REPHRASE_TOKENS = 180, 8, 700
_DRAFT_TOKENS, _CRITIQUE_TOKENS = 250, 450
_SAMPLE = 200


class Forecast(Record):
    """What lies ahead."""

    prompts: tuple[str, ...]
    """What the first seeds' first prompts say."""
    models: dict[str, CostEstimate]
    """What all seeds are expected to take, by model."""
    measured: bool
    """Whether the sample was answered by the models, or is reckoned from prompts."""


def forecast(config: Config, folder: Path, shown: int) -> Forecast:
    """Return the first `shown` prompts and an estimate for all seeds up to the limit.

    Raises:
        DataError: a source cannot be read.
        ConfigError: a model is not known.
    """
    prompts: list[str] = []
    guesses: list[tuple[Call, ...]] = []
    seeds = (seed for seed in config.read_seeds() if not isinstance(seed, Discard))
    count = 0
    for count, seed in enumerate(islice(seeds, config.effort.limit), start=1):
        if count <= shown:
            prompts.append(_first_prompt(seed))
        if count <= _SAMPLE:
            guesses.append(_guess(seed, config))
    journal = folder / JOURNAL_FILE
    answered = (
        [settled.calls for settled in islice(read_journal(journal, Settled), _SAMPLE)] if journal.exists() else []
    )
    sample = answered or guesses
    prices = prices_of([config.critic, *_drafter(config)], config.effort)
    totals = {name: [_total(calls, name) for calls in sample] for name in prices}
    models = {name: estimate_cost(usages, count, prices[name]) for name, usages in totals.items() if usages}
    return Forecast(prompts=tuple(prompts), models=models, measured=bool(answered))


def _first_prompt(seed: CommitSeed | InstructionSeed) -> str:
    if isinstance(seed, CommitSeed):
        return first_prompt(seed)
    if seed.draft is None:
        return critic_prompt.ask_draft(seed.instruction)
    return critic_prompt.ask_critique(seed.instruction, seed.draft)


def _drafter(config: Config) -> list[DraftSettings]:
    return [] if isinstance(config, CommitInstructConfig) or config.draft is None else [config.draft]


def _guess(seed: CommitSeed | InstructionSeed, config: Config) -> tuple[Call, ...]:
    if isinstance(seed, CommitSeed):
        first = _tokens(commit_prompt.SYSTEM, first_prompt(seed))
        second = first + _REASON_TOKENS + _tokens(commit_prompt.ask_filter())
        third = second + _FILTER_TOKENS + _tokens(commit_prompt.ask_rephrase())
        turns = ((first, _REASON_TOKENS), (second, _FILTER_TOKENS), (third, _REPHRASE_TOKENS))
        return tuple(_call(config.critic.id, read, written) for read, written in turns)
    opening = _tokens(*(turn.content for turn in critic_prompt.opening("")))
    asked = opening + _tokens(critic_prompt.ask_critique(seed.instruction, seed.draft or "")) + _DRAFT_TOKENS
    critique = _call(config.critic.id, asked, _CRITIQUE_TOKENS)
    drafts = [_call(model.id, _tokens(seed.instruction), _DRAFT_TOKENS) for model in _drafter(config)]
    return (*drafts, critique)


def _tokens(*texts: str) -> int:
    return sum(map(len, texts)) // _CHARS_A_TOKEN


def _call(model: str, read: int, written: int) -> Call:
    return Call(model=model, usage=Usage(input_tokens=read, output_tokens=written), finish="stop")


def _total(calls: tuple[Call, ...], model: str) -> Usage:
    own = [call.usage for call in calls if call.model == model]
    return Usage(
        input_tokens=sum(usage.input_tokens for usage in own), output_tokens=sum(usage.output_tokens for usage in own)
    )
