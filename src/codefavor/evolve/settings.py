"""The settings of an evolution run: what shapes its result, and what only says how fast it is made."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, JsonValue, SerializeAsAny

from codefavor.evolve.filters import PairFilter
from codefavor.llm.protocol import GenerationConfig
from codefavor.record import Record
from codefavor.sandbox.engine import EngineChoice

Backend = Literal["local", "ray"]
"""Where seeds are settled: in this process, or by the workers of a Ray cluster."""


class ModelSettings(Record):
    """A model and how it is asked."""

    id: str
    """The model's id, `provider/model`."""
    base_urls: tuple[str, ...] = ()
    """The servers that answer for it, where they are one's own; their addresses do not shape the result."""
    temperature: Annotated[float, Field(ge=0)] = 0.8
    """0 is greedy. The paper's value for Commit-Instruct and for drafts (section 2)."""
    max_tokens: Annotated[int, Field(gt=0)] = 2048
    """The most tokens of one answer."""

    def generation(self) -> GenerationConfig:
        """Return how the model is asked."""
        return GenerationConfig(temperature=self.temperature, max_tokens=self.max_tokens)


class CommitCriticSettings(ModelSettings):
    """The model that reasons about commits, filters and rephrases them; `max_tokens` holds for the rephrasing."""

    reason_tokens: Annotated[int, Field(gt=0)] | None = None
    """The most tokens of its reasoning; None is `max_tokens`."""
    filter_tokens: Annotated[int, Field(gt=0)] | None = None
    """The most tokens of its yes or no; None is `max_tokens`. Only the first words are read."""


class DraftSettings(ModelSettings):
    """The model that writes drafts."""

    max_tokens: Annotated[int, Field(gt=0)] = 1024
    """The most tokens of a draft."""


class DraftCriticSettings(ModelSettings):
    """The model that criticises drafts."""

    temperature: Annotated[float, Field(ge=0)] = 0.5
    """0 is greedy. The paper's value for the critic of Critic-Evol."""


class Decontaminate(Record):
    """What is kept out of the pairs, and when two pairs are one."""

    benchmarks: tuple[Path, ...] = ()
    """Files of tasks that the pairs must not resemble."""
    similarity: Annotated[float, Field(ge=0, le=100)] = 80.0
    """Code more similar than this, 0 to 100, is too like (paper: section A.5)."""
    near_duplicate: Annotated[float, Field(gt=0, le=1)] = 0.85
    """Pairs whose words overlap at least so much are near-duplicates, and the first is kept."""


class EvolveSettings(Record):
    """What shapes the result of a run; a run is continued under the same settings only."""

    method: str
    """The evolver."""
    language: str
    """The language of the code, by its canonical name."""
    source: dict[str, JsonValue]
    """Where seeds come from and how they are filtered, with the commit of every repository."""
    critic: SerializeAsAny[ModelSettings] | None = None
    """The strong model; None in a run of another package's evolver."""
    draft: SerializeAsAny[ModelSettings] | None = None
    """The weak model that writes drafts, in Critic-Evol."""
    structured: bool = False
    """Whether answers are held to a JSON schema."""
    pair_filter: PairFilter
    """What every pair has to be."""
    decontaminate: Decontaminate = Decontaminate()
    """What is kept out."""
    verify: bool = False
    """Whether pairs carry evidence, and those whose label it refutes are dropped."""
    engine: EngineChoice = "auto"
    """Whether code ran where the sandbox does not hold."""
    rng_seed: int = 0
    """The seed of every random choice."""
    prompts: str
    """A digest of the prompts, or of another package's evolver: a run is not continued under other words."""


class Effort(Record):
    """How a run is made; none of it shapes the result."""

    concurrency: Annotated[int, Field(gt=0)] = 32
    """How many seeds are worked on at a time."""
    limit: Annotated[int, Field(gt=0)] | None = None
    """The most seeds; a later run may take more."""
    budget_usd: Annotated[float, Field(ge=0)] | None = None
    """The most US dollars to spend from now on."""
    requests_per_minute: Annotated[float, Field(gt=0)] | None = None
    """The most requests a minute to one provider."""
    tokens_per_minute: Annotated[float, Field(gt=0)] | None = None
    """The most tokens a minute to one provider."""
    timeout_seconds: Annotated[float, Field(gt=0)] | None = None
    """How long one attempt may take; None is 300 s, and a day for a model run here, whose calls wait in line."""
    prices: Path | None = None
    """A YAML file of prices laid over the shipped ones."""
    backend: Backend = "local"
    """Where seeds are settled; a run is resumed on the backend that it was begun with."""
    shards_of: Annotated[int, Field(gt=0)] = 256
    """How many seeds a shard has, on Ray."""
    workers: Annotated[int, Field(gt=0)] = 4
    """How many shards are worked on at a time, on Ray; concurrency and limits a minute are shared out over them."""
    ray_address: str | None = None
    """The cluster's address; None starts Ray on this machine for the run."""
