from pathlib import Path

import pytest

from codefavor.config import dump_config, load_config
from codefavor.errors import ConfigError
from codefavor.judges import objective as judging
from codefavor.train.config import CONFIG_CLASSES, TokenConfig, TrainConfig
from codefavor.train.objective import OBJECTIVES

CONFIGS = Path(__file__).parents[2] / "configs" / "train"
RECIPES = sorted(CONFIGS.glob("*.yaml"))
BASES = sorted(CONFIGS.glob("bases/*.yaml"))
METHODS: dict[str, list[Path]] = {"full": [], "lora": [CONFIGS / "lora.yaml"], "qlora": [CONFIGS / "qlora.yaml"]}


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_is_a_configuration(recipe: Path, tmp_path: Path) -> None:
    config = load_config(TrainConfig, recipe, {})
    (tmp_path / "again.yaml").write_text(dump_config(config), encoding="utf-8")
    assert load_config(TrainConfig, tmp_path / "again.yaml", {}) == config


def test_there_is_a_recipe_for_every_objective() -> None:
    assert {load_config(TrainConfig, recipe, {}).objective for recipe in RECIPES} == {
        "classification",
        "order-free",
        "generation",
        "reward",
        "linear",
        "difference",
    }


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("base", BASES, ids=lambda path: path.stem)
@pytest.mark.parametrize("objective", ["classification", "generation"])
def test_every_base_goes_with_every_objective_and_method(objective: str, base: Path, method: str) -> None:
    config = load_config(TrainConfig, [CONFIGS / f"{objective}.yaml", base, *METHODS[method]], {})
    assert config.objective == objective
    assert isinstance(config, TokenConfig)
    assert config.model.split("/")[-1].lower().removeprefix("meta-") == base.stem
    assert (config.lora_r is None, config.load_in_4bit) == (method == "full", method == "qlora")
    # The paper's settings: section A.2.
    rate = 2e-6 if "gemma" in base.stem else 5e-6
    assert config.learning_rate == (rate if method == "full" else 1e-4)
    assert config.per_device_train_batch_size * config.gradient_accumulation_steps == 32
    assert (config.num_train_epochs, config.lr_scheduler_type, config.warmup_steps) == (2, "cosine", 40)
    assert (config.max_length, config.seed) == (2048, 666)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"layers": 2}, "layers: no setting of the classification objective, only of reward and difference$"),
        ({"objective": "linear", "model": "x"}, "model: no setting of the linear objective, only of classification"),
        ({"objective": "grounded", "criterion": "quality"}, "criterion: no setting of the grounded objective"),
        ({"inner": "shorter"}, "inner: no setting of the classification objective, only of grounded$"),
        ({"objective": "reward", "max_new_tokens": 9}, "max_new_tokens: no setting of the reward objective"),
        ({"objective": "linear", "shares": [0, 0]}, "shares are all zero"),
        ({"judge_max_length": 5}, "judge_max_length is less than max_length"),
        ({"keep_adapter": True}, "keep_adapter is for LoRA adapters"),
        ({"lora_r": 8, "train_layers": 2}, "exclude each other"),
        ({"objective": "reward", "layers": 2, "train_layers": 3}, "train_layers 3 is more than the 2 layers"),
        ({"load_in_4bit": True}, "load_in_4bit is for LoRA adapters"),
        (
            {"load_in_4bit": True, "lora_r": 8, "objective": "reward"},
            "load_in_4bit: no setting of the reward objective",
        ),
        (
            {"objective": "generation", "max_length": 200, "max_new_tokens": 200},
            "max_new_tokens must be less than max_length",
        ),
        ({"objective": "magic"}, "objective: unknown objective 'magic'; known are classification, "),
        ({"learning_rate": 0}, "learning_rate: "),
        ({"learningrate": 1}, "learningrate: no setting of the classification objective$"),
    ],
)
def test_a_contradiction_is_refused(settings: dict[str, object], reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        load_config(TrainConfig, None, settings)


@pytest.mark.parametrize("name", CONFIG_CLASSES)
def test_values_become_the_record_of_their_objective(name: str) -> None:
    config = TrainConfig.model_validate({"objective": name})
    assert type(config) is CONFIG_CLASSES[name] and config == CONFIG_CLASSES[name].model_validate({})
    assert TrainConfig.model_validate(config) is config
    assert TrainConfig.model_validate_json(config.model_dump_json()) == config


def test_every_objective_has_a_configuration_and_says_what_it_is() -> None:
    assert {objective.name: objective.config for objective in OBJECTIVES} == CONFIG_CLASSES
    assert {objective.name for objective in judging.OBJECTIVES} == set(CONFIG_CLASSES)
    assert all(objective.judge.description for objective in OBJECTIVES)
    assert [one.name for one in OBJECTIVES if not one.trains_language_model] == ["linear", "difference", "grounded"]
