"""What a run of an evolver can be told, and where its seeds come from; one YAML file holds all of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

from pydantic import JsonValue, field_validator, model_validator

from codefavor.errors import ConfigError, UserError
from codefavor.evolve.commit_filter import CommitFilter
from codefavor.evolve.commit_instruct import METHOD as COMMIT_INSTRUCT
from codefavor.evolve.commit_seed import CommitSeed
from codefavor.evolve.critic_evol import METHOD as CRITIC_EVOL
from codefavor.evolve.edit_pack import read_edit_pack
from codefavor.evolve.filters import PairFilter
from codefavor.evolve.git_log import head_of, read_commits
from codefavor.evolve.instruction_seed import InstructionSeed
from codefavor.evolve.instructions import SELF_OSS_INSTRUCT, read_docstrings, read_instructions
from codefavor.evolve.prompts import commit_instruct as commit_prompt
from codefavor.evolve.prompts import critic_evol as critic_prompt
from codefavor.evolve.protocol import Discard
from codefavor.evolve.row_readers import HUB
from codefavor.evolve.settings import (
    CommitCriticSettings,
    Decontaminate,
    DraftCriticSettings,
    DraftSettings,
    Effort,
    EvolveSettings,
    ModelSettings,
)
from codefavor.git.repository import find_repositories
from codefavor.languages.language import Language
from codefavor.languages.python.language import PYTHON
from codefavor.languages.registry import language_named
from codefavor.record import Record, content_digest


class _Run(Record):
    """What all runs can be told."""

    language: str = PYTHON.name
    """The language of the code, by any of its names; the pairs record it."""
    decontaminate: Decontaminate = Decontaminate()
    """What is kept out of the pairs."""
    verify: bool = False
    """Run both codes of every pair, attach the evidence, and drop pairs whose label it refutes."""
    unsafe_local: bool = False
    """Whether code may run where the sandbox does not hold."""
    seed: int = 0
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


class _Asking(_Run):
    """What runs can be told that ask models of ours."""

    critic: ModelSettings
    """The strong model."""
    structured: bool = False
    """Hold the critic to a JSON schema; its backend must be able to."""


class Instructed(_Run):
    """A run whose seeds are instructions."""

    instructions: str
    """A JSON Lines or Parquet file, hub:owner/name, or repo:PATH for the docstrings of a repository."""
    license: str | None = None
    """The licence of the instructions, where their rows name none."""

    def read_seeds(self) -> Iterator[InstructionSeed]:
        """Yield the seeds in the order of their source."""
        if repository := self._repository():
            return read_docstrings(repository, self.code_language)
        return read_instructions(self.instructions, self.license)

    def input_files(self) -> list[Path]:
        """Return the files that the run reads; a repository is named by commit in its settings."""
        files = [] if self.instructions.startswith((HUB, _REPO)) else [Path(self.instructions)]
        return [*files, *self.decontaminate.benchmarks]

    def source(self) -> dict[str, JsonValue]:
        """Return where the seeds come from, with the commit of a repository."""
        repository = self._repository()
        commit = head_of(repository) if repository else None
        return {"instructions": self.instructions, "commit": commit, "license": self.license}

    def _repository(self) -> Path | None:
        return Path(self.instructions.removeprefix(_REPO)) if self.instructions.startswith(_REPO) else None


class CommitInstructConfig(_Asking):
    """A run of Commit-Instruct."""

    critic: CommitCriticSettings
    """The strong model."""
    repos: tuple[Path, ...] = ()
    """Git repositories, or folders of them."""
    edit_pack: str | None = None
    """EditPackFT or CommitPackFT instead: a JSON Lines or Parquet file, or hub:owner/name."""
    commits: CommitFilter = CommitFilter()
    """Which changes become seeds."""
    pairs: PairFilter = PairFilter(comments="keep")
    """What is asked of every pair."""

    @model_validator(mode="after")
    def _one_source(self) -> "CommitInstructConfig":
        if bool(self.repos) == bool(self.edit_pack):
            raise ValueError("give either repos or edit_pack, the source of commits")
        return self

    def read_seeds(self) -> Iterator[CommitSeed | Discard]:
        """Yield the seeds in an order that depends on the source alone."""
        if self.edit_pack:
            yield from read_edit_pack(self.edit_pack, self.commits, self.code_language)
        for path in self._repositories():
            yield from read_commits(path, self.commits, self.code_language)

    def input_files(self) -> list[Path]:
        """Return the files that the run reads; repositories are named by commit in its settings."""
        files = [Path(self.edit_pack)] if self.edit_pack and not self.edit_pack.startswith(HUB) else []
        return [*files, *self.decontaminate.benchmarks]

    def settings(self) -> EvolveSettings:
        """Return what shapes the result."""
        heads: dict[str, JsonValue] = {str(path): head_of(path) for path in self._repositories()}
        return EvolveSettings(
            method=COMMIT_INSTRUCT,
            language=self.language,
            seeds={"repos": heads, "edit_pack": self.edit_pack, "filter": self.commits.model_dump(mode="json")},
            critic=self.critic,
            structured=self.structured,
            pair_filter=self.pairs,
            decontaminate=self.decontaminate,
            verify=self.verify,
            unsafe_local=self.unsafe_local,
            seed=self.seed,
            prompts=content_digest(
                [
                    commit_prompt.system_prompt(self.code_language),
                    commit_prompt.ask_reason(self.code_language, "", "", ""),
                    [
                        commit_prompt.ask_filter(),
                        commit_prompt.ask_filter_again(),
                        commit_prompt.ask_rephrase(self.code_language),
                    ],
                ]
            ),
        )

    def _repositories(self) -> list[Path]:
        return [path for given in self.repos for path in find_repositories(given)]


class CriticEvolConfig(_Asking, Instructed):
    """A run of Critic-Evol."""

    instructions: str = SELF_OSS_INSTRUCT
    """A JSON Lines or Parquet file, hub:owner/name, or repo:PATH for the docstrings of a repository."""
    critic: DraftCriticSettings
    """The strong model."""
    draft: DraftSettings | None = None
    """The weak model; None when the file holds drafts."""
    pairs: PairFilter = PairFilter(comments="strip")
    """What is asked of every pair."""

    def read_seeds(self) -> Iterator[InstructionSeed]:
        """Yield the seeds in the order of their source.

        Raises:
            ConfigError: an instruction has no draft and there is no model to write one.
        """
        for seed in super().read_seeds():
            if seed.draft is None and self.draft is None:
                raise ConfigError(f"{self.instructions}: {seed.source_id} has no draft; name a model with --draft")
            yield seed

    def settings(self) -> EvolveSettings:
        """Return what shapes the result."""
        return EvolveSettings(
            method=CRITIC_EVOL,
            language=self.language,
            seeds=self.source(),
            critic=self.critic,
            draft=self.draft,
            structured=self.structured,
            pair_filter=self.pairs,
            decontaminate=self.decontaminate,
            verify=self.verify,
            unsafe_local=self.unsafe_local,
            seed=self.seed,
            prompts=content_digest(
                [
                    critic_prompt.draft_system(self.code_language),
                    critic_prompt.ask_critique(self.code_language, "", ""),
                    *(turn.content for turn in critic_prompt.opening(self.code_language, "")),
                ]
            ),
        )


_REPO = "repo:"
Config = CommitInstructConfig | CriticEvolConfig
