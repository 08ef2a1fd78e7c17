"""The arithmetic that a run really has on this machine."""

from typing import TypeVar

import torch

from codefavor.models.cpu_features import multiplies_bf16
from codefavor.train.config import ModelConfig

ConfigT = TypeVar("ConfigT", bound=ModelConfig)


def suited(config: ConfigT) -> ConfigT:
    """Return `config` as it is trained here: in fp32 where bf16 is asked for and the processor would emulate it."""
    if not config.bf16 or multiplies_bf16(torch.device("cuda" if torch.cuda.is_available() else "cpu")):
        return config
    return config.model_copy(update={"bf16": False})
