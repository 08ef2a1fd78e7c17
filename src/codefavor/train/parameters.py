"""Which weights are trained: all, the highest layers, or LoRA adapters; and the optimiser over them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, LoraModel
from torch import nn
from transformers import PreTrainedModel

from codefavor.errors import ConfigError
from codefavor.models.embedded import EMBEDDED, HUB_ID, resolve_model
from codefavor.models.pretrained import load_weights
from codefavor.train.adapter import save_adapter
from codefavor.train.config import RewardConfig, StepsConfig, loads_in_4bit
from codefavor.train.learner import Learner


class Trainable:
    """A learner's weights as the configuration wants them trained."""

    def __init__(self, learner: Learner[Any], config: StepsConfig) -> None:
        """Freeze what is not trained, and add adapters where asked for; these change the model in place.

        Raises:
            ConfigError: more layers are to be trained than there are.
        """
        self._adapters: LoraModel | None = None
        self._config = config
        self._language_model = learner.language_model
        self._head = learner.head
        if config.lora_r is not None:
            self._adapters = _adapt(learner.language_model, config.lora_r, config)
        elif config.train_layers is not None:
            _freeze_below(learner.language_model, config.train_layers)
        elif not config.train_embeddings:
            learner.language_model.get_input_embeddings().requires_grad_(False)
        if config.gradient_checkpointing:
            learner.language_model.activation_checkpointing_enable()
            # transformers asks for gradients of the embedded tokens, which only reentrant checkpointing needs: frozen
            # layers would keep their inputs and be gone through backward.
            learner.language_model.disable_input_require_grads()  # type: ignore[no-untyped-call]

    def named(self) -> Iterator[tuple[str, nn.Parameter]]:
        """Yield every trained weight under a name that a checkpoint can use."""
        parts = {"language_model": self._language_model, "head": self._head}
        for prefix, part in parts.items():
            for name, weight in part.named_parameters() if part is not None else ():
                if weight.requires_grad:
                    yield f"{prefix}.{name}", weight

    def optimizer(self, config: StepsConfig) -> torch.optim.AdamW:
        """Return AdamW over the trained weights; the learning rate of each group is set step by step."""
        embedding = self._language_model.get_input_embeddings().weight
        groups: dict[float, list[nn.Parameter]] = {}
        for name, weight in self.named():
            own = config.embedding_learning_rate if weight is embedding else None
            if isinstance(config, RewardConfig) and name.startswith("head."):
                own = config.head_learning_rate
            groups.setdefault(own or config.learning_rate, []).append(weight)
        settings = [{"params": weights, "peak": peak} for peak, weights in groups.items()]
        return torch.optim.AdamW(settings, lr=0.0, weight_decay=config.weight_decay)

    def merged(self) -> PreTrainedModel:
        """Return the language model with its adapters folded into the weights, an ordinary model again."""
        rank = self._config.lora_r
        if self._adapters is None or rank is None:
            return self._language_model
        if loads_in_4bit(self._config):
            whole = load_weights(resolve_model(self._config.model), "causal", memory="host")
            return graft(self._language_model, whole, rank, self._config)
        self._adapters.merge_and_unload()
        return self._language_model

    def save_adapter(self, folder: Path) -> None:
        """Write the adapters alone, as PEFT writes them.

        Raises:
            ConfigError: no adapters are trained.
        """
        if self._adapters is None:
            raise ConfigError("keep_adapter is for LoRA adapters; set lora_r")
        base = HUB_ID if self._config.model == EMBEDDED else self._config.model
        save_adapter(self._language_model, self._adapters.peft_config["default"], base, folder)


def graft(adapted: PreTrainedModel, whole: PreTrainedModel, rank: int, config: StepsConfig) -> PreTrainedModel:
    """Return `whole` with the adapters of `adapted`, a copy of it in fewer bits, folded into its weights.

    Folded into the copy, they would be rounded to its few bits as well.
    """
    target = _adapt(whole, rank, config)
    lora_weights = {name: weight.detach().cpu() for name, weight in adapted.named_parameters() if "lora_" in name}
    whole.load_state_dict(lora_weights, strict=False)
    target.merge_and_unload()
    return whole


def _adapt(model: PreTrainedModel, rank: int, config: StepsConfig) -> LoraModel:
    lora = LoraConfig(r=rank, lora_alpha=config.lora_alpha, target_modules="all-linear")
    # Adapters start from random numbers: a generator of our own, so that nobody else's stream moves.
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        return LoraModel(model, lora, "default")


def _freeze_below(model: PreTrainedModel, train_layers: int) -> None:
    decoder = model.get_decoder()  # type: ignore[no-untyped-call]
    layers = decoder.layers
    if train_layers > len(layers):
        raise ConfigError(f"train_layers is {train_layers}, but the model has {len(layers)} layers")
    model.requires_grad_(False)
    for part in (*layers[-train_layers:], decoder.norm):
        part.requires_grad_(True)
