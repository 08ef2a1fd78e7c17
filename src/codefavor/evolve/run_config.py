"""What every run of an evolver can be configured with; what one evolver adds stands beside that evolver."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

from pydantic import JsonValue, field_validator, model_validator

from codefavor.errors import UserError
from codefavor.evolve.filters import PairFilter
from codefavor.evolve.settings import Decontaminate, Effort, ModelSettings
from codefavor.languages.language import Language
from codefavor.languages.python.language import PYTHON
from codefavor.languages.registry import language_named
from codefavor.record import Record
from codefavor.sandbox.engine import EngineChoice


class RunConfig(Record, ABC):
    """What all runs have in common that settle one seed at a time."""

    language: str = PYTHON.name
    """The language of the code, by any of its names; the pairs record it."""
    pairs: PairFilter
    """What every pair has to be."""
    decontaminate: Decontaminate = Decontaminate()
    """What is kept out of the pairs."""
    verify: bool = False
    """Run both codes of every pair, attach the evidence, and drop pairs whose label it refutes."""
    engine: EngineChoice = "auto"
    """Whether code may run where the sandbox does not hold."""
    rng_seed: int = 0
    """The seed of every random choice."""
    effort: Effort = Effort()
    """How the run is made; none of it shapes the result."""

    @field_validator("language")
    @classmethod
    def _canonical(cls, name: str) -> str:
        try:
            return language_named(name).name
        except UserError as error:
            raise ValueError(str(error)) from None

    @model_validator(mode="after")
    def _verifiable(self) -> Self:
        if self.verify and not self.code_language.runs:
            title = self.code_language.title
            raise ValueError(f"verify runs the code of every pair, and {title} cannot be run yet; leave it out")
        return self

    @property
    def code_language(self) -> Language:
        """The language of the code."""
        return language_named(self.language)

    @abstractmethod
    def seed_files(self) -> list[Path]:
        """Return the files that seeds are read from; a repository is named by commit in `source`."""

    @abstractmethod
    def source(self) -> dict[str, JsonValue]:
        """Return where the seeds come from and how they are filtered, with the commit of every repository."""

    @property
    def evolver_name(self) -> str | None:
        """The name of the evolver, where that of its kind is not enough."""
        return None

    def models(self) -> dict[str, ModelSettings]:
        """Return the models that the run asks, the critic first, by their role in `EvolveSettings`."""
        return {}

    def asks_for_json(self) -> bool:
        """Return whether the critic is held to a JSON schema."""
        return False

    def input_files(self) -> list[Path]:
        """Return the files that the run reads."""
        return [*self.seed_files(), *self.decontaminate.benchmarks]


class CriticRunConfig(RunConfig):
    """What runs have in common that ask a critic."""

    critic: ModelSettings
    """The strong model."""
    structured: bool = False
    """Hold the critic to a JSON schema; its backend must be able to."""

    def models(self) -> dict[str, ModelSettings]:
        """Return the critic."""
        return {"critic": self.critic}

    def asks_for_json(self) -> bool:
        """Return whether the critic is held to a JSON schema."""
        return self.structured
