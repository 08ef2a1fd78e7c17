"""The learner of every objective that trains a language model."""

from typing import Any

from codefavor.models.pretrained import WeightsLoader, load_weights
from codefavor.train.config import TrainConfig
from codefavor.train.learner import Learner
from codefavor.train.objective import require_steps, torch_module, training_objective


def make_learner(config: TrainConfig, load: WeightsLoader = load_weights) -> Learner[Any]:
    """Return the learner of the configured objective, its model made by `load`.

    Raises:
        ConfigError: the objective trains no language model, or the configuration does not fit the model.
        ModelError: the base model cannot be loaded.
    """
    steps = require_steps(config)
    module, name = training_objective(steps).learner or ("", "")
    learner: Learner[Any] = getattr(torch_module(module), name)(steps, load)
    return learner
