"""The learner of every objective that trains a language model."""

from typing import Any

from codefavor.errors import ConfigError
from codefavor.models.pretrained import WeightsLoader, load_weights
from codefavor.train.config import TrainConfig
from codefavor.train.generation import GenerationLearner
from codefavor.train.objectives import ClassificationLearner, Learner, RewardLearner
from codefavor.train.order_free import OrderFreeLearner


def make_learner(config: TrainConfig, load: WeightsLoader = load_weights) -> Learner[Any]:
    """Return the learner of the configured objective, its model made by `load`.

    Raises:
        ConfigError: the objective trains no language model, or the configuration does not fit the model.
        ModelError: the base model cannot be loaded.
    """
    match config.objective:
        case "classification":
            return ClassificationLearner(config, load)
        case "order-free":
            return OrderFreeLearner(config, load)
        case "generation":
            return GenerationLearner(config, load)
        case "reward":
            return RewardLearner(config, load)
        case "linear" | "difference" | "grounded":
            raise ConfigError(f"the {config.objective} objective trains no language model; it has its own fit")
