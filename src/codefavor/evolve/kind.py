"""A kind of evolver as a value: what it is called, how a run of it is configured, and how it is made.

Every kind stands beside its evolver and is listed once, in `codefavor.evolve.registry`; commands, runs, workers and
forecasts read it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import JsonValue

from codefavor.evolve.commit_seed import CommitSeed
from codefavor.evolve.conversation import AnsweredCall, TracingEvolver
from codefavor.evolve.instruction_seed import InstructionSeed
from codefavor.evolve.protocol import Discard
from codefavor.evolve.run_config import RunConfig
from codefavor.evolve.settings import EvolveSettings
from codefavor.evolve.summary import CriticRejections
from codefavor.llm.protocol import ChatModel
from codefavor.record import Record, content_digest

ConfigT = TypeVar("ConfigT", bound=RunConfig)
SeedT = TypeVar("SeedT", CommitSeed, InstructionSeed)


@dataclass(frozen=True)
class EvolverKind:
    """What every kind of evolver has."""

    name: str
    """Its name on the command line and in the provenance of pairs."""
    help: str
    """What it does, in a sentence."""
    config: type[Record]
    """How a run of it is configured."""


@dataclass(frozen=True)
class SeedEvolverKind(EvolverKind, Generic[ConfigT, SeedT]):
    """A kind of evolver that makes one pair of one seed at a time, in any order."""

    config: type[ConfigT]
    seed: type[SeedT]
    """The record of its seeds."""
    read_seeds: Callable[[ConfigT], Iterator[SeedT | Discard]]
    """Yields the seeds in an order that depends on their source alone, and what of the source is no seed."""
    make: Callable[[ConfigT, Sequence[ChatModel]], TracingEvolver[SeedT]]
    """Makes the evolver of a run from the models of `config.models()`, in their order."""
    prompts: Callable[[ConfigT], list[JsonValue]]
    """Returns the texts by which the result is shaped; a run is not continued under others."""
    first_prompt: Callable[[ConfigT, SeedT], str] | None = None
    """Returns what a model is asked first about a seed; None where it is not known what models are asked."""
    expected_calls: Callable[[ConfigT, SeedT], tuple[AnsweredCall, ...]] | None = None
    """Returns the requests that a seed may take, their tokens estimated from the prompts."""
    rejections: CriticRejections | None = None
    """Where a critic turns seeds down, where there is one."""

    def settings(self, config: ConfigT) -> EvolveSettings:
        """Return what of a run's configuration shapes its result.

        Raises:
            DataError: a repository cannot be read.
        """
        models = config.models()
        return EvolveSettings(
            method=config.evolver_name or self.name,
            language=config.language,
            source=config.source(),
            critic=models.get("critic"),
            draft=models.get("draft"),
            structured=config.asks_for_json(),
            pair_filter=config.pairs,
            decontaminate=config.decontaminate,
            verify=config.verify,
            engine=config.engine,
            rng_seed=config.rng_seed,
            prompts=content_digest(self.prompts(config)),
        )
