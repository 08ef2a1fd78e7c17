"""Random models, small enough to be made anew for a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from transformers import PreTrainedTokenizerFast


def save_tiny_model(
    folder: Path,
    tokenizer: PreTrainedTokenizerFast,
    config_type: Callable[..., Any] | None = None,
    model_type: Callable[[Any], Any] | None = None,
    **settings: Any,
) -> Path:
    """Write a random model with its tokenizer: a Llama of two small layers, but for what `settings` say."""
    # Imported here, since most tests do without torch.
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}
    config = (config_type or LlamaConfig)(**{"vocab_size": len(tokenizer), **sizes, **settings})
    with torch.random.fork_rng():
        torch.manual_seed(0)
        (model_type or LlamaForCausalLM)(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
