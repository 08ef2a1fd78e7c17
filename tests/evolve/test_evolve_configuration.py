from pathlib import Path

import pytest

from codefavor.config import dump_config, load_config
from codefavor.errors import ConfigError
from codefavor.evolve.commit_instruct_kind import COMMIT_INSTRUCT, CommitInstructConfig
from codefavor.evolve.critic_evol_kind import CriticEvolConfig
from codefavor.evolve.run_config import CriticRunConfig
from codefavor.llm.load import split_model_id

RECIPES = sorted(Path(__file__).parents[2].glob("configs/evolve/*.yaml"))


def read(recipe: Path) -> CriticRunConfig:
    method: type[CriticRunConfig] = CriticEvolConfig if recipe.stem.startswith("critic-evol") else CommitInstructConfig
    return load_config(method, recipe, {})


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_is_a_configuration(recipe: Path, tmp_path: Path) -> None:
    config = read(recipe)
    (tmp_path / "again.yaml").write_text(dump_config(config), encoding="utf-8")
    assert load_config(type(config), tmp_path / "again.yaml", {}) == config
    assert all(split_model_id(model.id) for model in config.models().values())


def test_there_is_a_recipe_for_each_method() -> None:
    assert {type(read(recipe)) for recipe in RECIPES} == {CommitInstructConfig, CriticEvolConfig}


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"critic": {"id": "vllm/a"}, "repos": ["."], "edit_pack": "x.jsonl"}, "give either repos or edit_pack"),
        ({"critic": {"id": "vllm/a", "filter_tokens": 0}, "repos": ["."]}, "filter_tokens"),
        ({"critic": {"id": "vllm/a"}, "repos": ["."], "commits": {"max_lines": 3}}, "max_lines"),
    ],
)
def test_a_contradiction_is_refused(values: dict[str, object], reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        load_config(CommitInstructConfig, None, values)


def test_how_long_each_turn_may_be_shapes_the_result() -> None:
    critic = {"id": "vllm/a", "reason_tokens": 5}
    config = load_config(CommitInstructConfig, None, {"critic": critic, "edit_pack": "seeds.jsonl"})
    saved = COMMIT_INSTRUCT.settings(config).model_dump(mode="json")["critic"]
    assert (saved["reason_tokens"], saved["filter_tokens"], saved["max_tokens"]) == (5, None, 2048)
