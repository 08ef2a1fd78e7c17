"""Evolvers as values: one registry, and one library call for all of them."""

from pathlib import Path

import pytest

from codefavor.errors import ConfigError
from codefavor.evolve.commit_instruct_kind import COMMIT_INSTRUCT, CommitInstructConfig
from codefavor.evolve.critic_evol_kind import CRITIC_EVOL, CriticEvolConfig
from codefavor.evolve.evolve_seeds import EvolveProgress
from codefavor.evolve.forecast import forecast
from codefavor.evolve.kind import SeedEvolverKind
from codefavor.evolve.plugin import PLUGIN, PluginConfig
from codefavor.evolve.registry import EVOLVERS, OWN_NAMES, seed_evolver_named
from codefavor.evolve.regress_evol.regress import REGRESS_EVOL
from codefavor.evolve.runner import evolve, kind_of
from codefavor.evolve.settings import CommitCriticSettings, DraftCriticSettings
from codefavor.jsonl import read_records
from codefavor.pairs.pair import PreferencePair
from loopback.critic import answer
from loopback.runs import codefavor, write_commits
from loopback.server import Loopback

CRITIC = DraftCriticSettings(id="vllm/critic")


def test_every_evolver_is_registered_once_and_has_a_command() -> None:
    assert sorted(OWN_NAMES) == ["commit-instruct", "critic-evol", "regress-evol"] and len(EVOLVERS) == 3
    shown = codefavor("evolve", "--help").stdout
    for kind in (*EVOLVERS, PLUGIN):
        assert kind.name in shown and kind.help.split(":")[0][:40] in shown


def test_a_configuration_belongs_to_one_kind() -> None:
    assert kind_of(CriticEvolConfig(critic=CRITIC)) is CRITIC_EVOL
    assert kind_of(PluginConfig(evolver="x", instructions="y.jsonl")) is PLUGIN
    assert seed_evolver_named("commit-instruct") is COMMIT_INSTRUCT
    assert not isinstance(REGRESS_EVOL, SeedEvolverKind)


def test_a_program_makes_pairs_by_one_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-a-test")
    seeds, steps = write_commits(tmp_path / "seeds.jsonl", 12), list[int]()

    def watch(progress: EvolveProgress) -> None:
        steps.append(progress.tally.kept + progress.tally.discarded)

    with Loopback(answer) as server:
        critic = CommitCriticSettings(id="vllm/critic", base_urls=(server.url,))
        config = CommitInstructConfig(critic=critic, edit_pack=str(seeds))
        summary = evolve(config, tmp_path / "run", watch=watch)
    assert summary.kept == len(list(read_records(tmp_path / "run" / "pairs.jsonl", PreferencePair))) > 0
    assert steps == list(range(1, summary.seeds + 1))


def test_what_is_not_known_is_not_forecast(tmp_path: Path) -> None:
    config = PluginConfig(evolver="x", instructions="y.jsonl")
    with pytest.raises(ConfigError, match="what plugin asks of models is not known"):
        forecast(PLUGIN, config, tmp_path, 1)
