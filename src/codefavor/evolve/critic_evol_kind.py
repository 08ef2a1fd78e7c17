"""Critic-Evol as a kind of evolver: how a run of it is configured, made and estimated."""

from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from codefavor.errors import ConfigError
from codefavor.evolve.conversation import AnsweredCall
from codefavor.evolve.critic_evol import METHOD, CriticEvol
from codefavor.evolve.expected_calls import expected_call, expected_tokens
from codefavor.evolve.filters import PairFilter
from codefavor.evolve.instruction_config import InstructionRunConfig
from codefavor.evolve.instruction_seed import InstructionSeed
from codefavor.evolve.instructions import SELF_OSS_INSTRUCT
from codefavor.evolve.kind import SeedEvolverKind
from codefavor.evolve.prompts import critic_evol as prompt
from codefavor.evolve.run_config import CriticRunConfig
from codefavor.evolve.settings import DraftCriticSettings, DraftSettings, ModelSettings
from codefavor.evolve.summary import CriticRejections
from codefavor.llm.protocol import ChatModel

_DRAFT_TOKENS, _CRITIQUE_TOKENS = 250, 450
"""How long answers are taken to be in a forecast."""


class CriticEvolConfig(CriticRunConfig, InstructionRunConfig):
    """A run of Critic-Evol."""

    instructions: str = SELF_OSS_INSTRUCT
    """A JSON Lines or Parquet file, hub:owner/name, or repo:PATH for the docstrings of a repository."""
    critic: DraftCriticSettings
    """The strong model."""
    draft: DraftSettings | None = None
    """The weak model; None when the file holds drafts."""
    pairs: PairFilter = PairFilter(comments="strip")
    """What every pair has to be."""

    def models(self) -> dict[str, ModelSettings]:
        """Return the critic and, where there is one, the model that drafts."""
        return super().models() | ({"draft": self.draft} if self.draft else {})

    def read_seeds(self) -> Iterator[InstructionSeed]:
        """Yield the seeds in the order of their source.

        Raises:
            ConfigError: an instruction has no draft and there is no model to write one.
        """
        for seed in super().read_seeds():
            if seed.draft is None and self.draft is None:
                raise ConfigError(f"{self.instructions}: {seed.source_id} has no draft; name a model with --draft")
            yield seed


def _make(config: CriticEvolConfig, models: Sequence[ChatModel]) -> CriticEvol:
    return CriticEvol(
        (models[1], config.draft.generation()) if config.draft else None,
        (models[0], config.critic.generation()),
        config.code_language,
        order_seed=config.rng_seed,
        structured=config.structured,
    )


def _prompts(config: CriticEvolConfig) -> list[JsonValue]:
    language = config.code_language
    opening = [turn.content for turn in prompt.opening(language, "")]
    return [prompt.draft_system(language), prompt.ask_critique(language, "", ""), *opening]


def _first_prompt(config: CriticEvolConfig, seed: InstructionSeed) -> str:
    if seed.draft is None:
        return prompt.ask_draft(seed.instruction)
    return prompt.ask_critique(config.code_language, seed.instruction, seed.draft)


def _expected_calls(config: CriticEvolConfig, seed: InstructionSeed) -> tuple[AnsweredCall, ...]:
    language = config.code_language
    opening = expected_tokens(*(turn.content for turn in prompt.opening(language, "")))
    question = expected_tokens(prompt.ask_critique(language, seed.instruction, seed.draft or ""))
    critique = expected_call(config.critic.id, opening + question + _DRAFT_TOKENS, _CRITIQUE_TOKENS)
    if config.draft is None:
        return (critique,)
    return (expected_call(config.draft.id, expected_tokens(seed.instruction), _DRAFT_TOKENS), critique)


CRITIC_EVOL = SeedEvolverKind(
    name=METHOD,
    help="Make pairs from instructions: a weak model drafts, a critic revises what is not good enough.",
    config=CriticEvolConfig,
    seed=InstructionSeed,
    read_seeds=CriticEvolConfig.read_seeds,
    make=_make,
    prompts=_prompts,
    first_prompt=_first_prompt,
    expected_calls=_expected_calls,
    rejections=CriticRejections(stage="critique", share_in_paper=0.179),
)
