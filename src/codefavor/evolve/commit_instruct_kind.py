"""Commit-Instruct as a kind of evolver: how a run of it is configured, made and estimated."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import JsonValue, model_validator

from codefavor.evolve.commit_filter import CommitFilter
from codefavor.evolve.commit_instruct import METHOD, CommitInstruct, first_prompt
from codefavor.evolve.commit_seed import CommitSeed
from codefavor.evolve.conversation import AnsweredCall
from codefavor.evolve.edit_pack import read_edit_pack
from codefavor.evolve.expected_calls import expected_call, expected_tokens
from codefavor.evolve.filters import PairFilter
from codefavor.evolve.git_log import head_of, read_commits
from codefavor.evolve.kind import SeedEvolverKind
from codefavor.evolve.prompts import commit_instruct as prompt
from codefavor.evolve.protocol import Discard
from codefavor.evolve.row_readers import HUB
from codefavor.evolve.run_config import CriticRunConfig
from codefavor.evolve.settings import CommitCriticSettings
from codefavor.evolve.summary import CriticRejections
from codefavor.git.repository import find_repositories
from codefavor.llm.protocol import ChatModel

_REASON_TOKENS, _FILTER_TOKENS, _REPHRASE_TOKENS = 180, 8, 700
"""How long answers are taken to be in a forecast."""


class CommitInstructConfig(CriticRunConfig):
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
    """What every pair has to be."""

    @model_validator(mode="after")
    def _one_source(self) -> "CommitInstructConfig":
        if bool(self.repos) == bool(self.edit_pack):
            raise ValueError("give either repos or edit_pack, the source of commits")
        return self

    def read_seeds(self) -> Iterator[CommitSeed | Discard]:
        """Yield the seeds in an order that depends on their source alone."""
        if self.edit_pack:
            yield from read_edit_pack(self.edit_pack, self.commits, self.code_language)
        for path in self._repositories():
            yield from read_commits(path, self.commits, self.code_language)

    def seed_files(self) -> list[Path]:
        """Return the file of edits, where they come from a file."""
        return [Path(self.edit_pack)] if self.edit_pack and not self.edit_pack.startswith(HUB) else []

    def source(self) -> dict[str, JsonValue]:
        """Return where the seeds come from and how they are filtered, with the commit of every repository."""
        heads: dict[str, JsonValue] = {str(path): head_of(path) for path in self._repositories()}
        return {"repos": heads, "edit_pack": self.edit_pack, "filter": self.commits.model_dump(mode="json")}

    def _repositories(self) -> list[Path]:
        return [path for folder in self.repos for path in find_repositories(folder)]


def _make(config: CommitInstructConfig, models: Sequence[ChatModel]) -> CommitInstruct:
    return CommitInstruct(
        models[0],
        config.critic.generation(),
        config.code_language,
        reason_tokens=config.critic.reason_tokens,
        filter_tokens=config.critic.filter_tokens,
        structured=config.structured,
    )


def _prompts(config: CommitInstructConfig) -> list[JsonValue]:
    language = config.code_language
    turns: list[JsonValue] = [prompt.ask_filter(), prompt.ask_filter_again(), prompt.ask_rephrase(language)]
    return [prompt.system_prompt(language), prompt.ask_reason(language, "", "", ""), turns]


def _first_prompt(config: CommitInstructConfig, seed: CommitSeed) -> str:
    return first_prompt(seed, config.code_language)


def _expected_calls(config: CommitInstructConfig, seed: CommitSeed) -> tuple[AnsweredCall, ...]:
    language = config.code_language
    first = expected_tokens(prompt.system_prompt(language), first_prompt(seed, language))
    second = first + _REASON_TOKENS + expected_tokens(prompt.ask_filter())
    third = second + _FILTER_TOKENS + expected_tokens(prompt.ask_rephrase(language))
    turns = ((first, _REASON_TOKENS), (second, _FILTER_TOKENS), (third, _REPHRASE_TOKENS))
    return tuple(expected_call(config.critic.id, read, written) for read, written in turns)


COMMIT_INSTRUCT = SeedEvolverKind(
    name=METHOD,
    help="Make pairs from the commits of repositories: a critic reasons about each, filters it and rephrases it.",
    config=CommitInstructConfig,
    seed=CommitSeed,
    read_seeds=CommitInstructConfig.read_seeds,
    make=_make,
    prompts=_prompts,
    first_prompt=_first_prompt,
    expected_calls=_expected_calls,
    rejections=CriticRejections(stage="filter", share_in_paper=0.081),
)
