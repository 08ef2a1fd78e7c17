from pathlib import Path

import pytest

from codefavor.config import dump_config, load_config
from codefavor.errors import ConfigError
from codefavor.train.config import TrainConfig

RECIPES = sorted(Path(__file__).parents[2].glob("configs/train/*.yaml"))


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_is_a_configuration(recipe: Path, tmp_path: Path) -> None:
    config = load_config(TrainConfig, recipe, {})
    (tmp_path / "again.yaml").write_text(dump_config(config), encoding="utf-8")
    assert load_config(TrainConfig, tmp_path / "again.yaml", {}) == config


def test_there_is_a_recipe_for_every_objective() -> None:
    assert {load_config(TrainConfig, recipe, {}).objective for recipe in RECIPES} == {
        "classification",
        "reward",
        "linear",
    }


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"layers": 2}, "layers can only be dropped for a reward judge"),
        ({"lora_r": 8, "train_layers": 2}, "exclude each other"),
        ({"objective": "reward", "layers": 2, "train_layers": 3}, "train_layers 3 is more than the 2 layers"),
        ({"objective": "magic"}, "objective: "),
        ({"learning_rate": 0}, "learning_rate: "),
        ({"learningrate": 1}, "learningrate: Extra inputs are not permitted"),
    ],
)
def test_a_contradiction_is_refused(settings: dict[str, object], reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        load_config(TrainConfig, None, settings)
