"""A judge that is kept as a LoRA adapter: the folder holds the adapter alone, the card names its base."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from codefavor.errors import MissingExtraError, ModelError
from codefavor.models.embedded import resolve_model
from codefavor.models.pretrained import load_weights

if TYPE_CHECKING:
    from transformers import PreTrainedModel

ADAPTER_CONFIG = "adapter_config.json"
"""PEFT's name for an adapter's settings."""
ADAPTER_WEIGHTS = "adapter_model.safetensors"
"""PEFT's name for an adapter's weights."""
ADAPTER_PREFIX = "base_model.model."
"""What PEFT writes before the name of every tensor."""


def load_language_model(folder: Path, base_model: str | None, *, adapter: bool) -> PreTrainedModel:
    """Return the language model of a judge that answers in tokens, its adapter folded in where it is kept as one.

    Args:
        folder: the weights, or the adapter.
        base_model: what the adapter was trained on: "embedded", a folder or a hub id.
        adapter: whether `folder` holds an adapter alone.

    Raises:
        MissingExtraError: torch, transformers or peft is not installed.
        ModelError: the weights, or the base of an adapter, cannot be loaded.
    """
    if not adapter:
        return load_weights(folder, "causal")
    if base_model is None:
        raise ModelError(f"{folder}: an adapter that names no base; train it again")
    try:
        from peft import LoraConfig, LoraModel
        from safetensors import SafetensorError
        from safetensors.torch import load_file
    except ImportError as error:
        raise MissingExtraError(error.name or "peft", "train") from None
    model = load_weights(resolve_model(base_model), "causal")
    try:
        tensors = load_file(folder / ADAPTER_WEIGHTS)
        adapted = LoraModel(model, LoraConfig.from_pretrained(str(folder)), "default")
    except (OSError, ValueError, SafetensorError) as error:
        raise ModelError(f"{folder}: its adapter cannot be applied to {base_model}: {error}") from None
    factors = {_place(name): tensor for name, tensor in tensors.items()}
    strange = model.load_state_dict(factors, strict=False).unexpected_keys
    if strange:
        raise ModelError(f"{folder}: its adapter does not fit {base_model}, which has no {strange[0]}")
    adapted.merge_and_unload()
    return model


def _place(name: str) -> str:
    """Return where in the model a tensor of an adapter's file stands."""
    module, factor, kind = name.removeprefix(ADAPTER_PREFIX).rsplit(".", 2)
    return f"{module}.{factor}.default.{kind}"
