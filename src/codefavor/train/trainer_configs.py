"""A training configuration as one of axolotl or of TRL. Pure; `export` writes the data they read.

Option names: axolotl's schemas (axolotl-ai-cloud/axolotl, src/axolotl/utils/schemas, July 2026) and those of `trl sft`
(TRL 1.16: SFTConfig, ModelConfig, DatasetMixtureConfig).
"""

from typing import Any, Literal

from codefavor.errors import ConfigError
from codefavor.train.config import ClassificationConfig, GenerationTrainConfig, TokenConfig, TrainConfig

Tool = Literal["axolotl", "trl"]
DATA_FILE = "conversations.jsonl"
"""The file of conversations, beside the settings."""

_NOT_EXPORTED = {"train_layers": None, "train_embeddings": True}
_SCHEDULES = {"cosine": "cosine", "linear": "linear", "constant": "constant_with_warmup"}


def require_exportable(config: TrainConfig) -> TokenConfig:
    """Return a configuration that these tools have options for.

    Raises:
        ConfigError: it is one.
    """
    if not isinstance(config, (ClassificationConfig, GenerationTrainConfig)):
        raise ConfigError(f"only classification and generation can be exported, not {config.objective}")
    for name, usual in _NOT_EXPORTED.items():
        if getattr(config, name) != usual:
            raise ConfigError(f"{name} cannot be exported; leave it out")
    return config


def axolotl_settings(
    config: TokenConfig, model: str, longest: int, warmup: int, pad_token: str | None
) -> dict[str, Any]:
    """Return the configuration of `axolotl train`.

    `longest` is the most tokens of a conversation; `pad_token` is named where the tokenizer names none. The loss of a
    classifier sees the letter alone, that of a generator the reply with the end of its turn, as here.
    """
    dataset = {
        "path": DATA_FILE,
        "ds_type": "json",
        "type": "chat_template",
        "field_messages": "messages",
        "roles_to_train": ["assistant"],
        "train_on_eos": "none" if isinstance(config, ClassificationConfig) else "turn",
    }
    settings: dict[str, Any] = {
        "base_model": model,
        "chat_template": "tokenizer_default",
        "datasets": [dataset],
        "val_set_size": 0.0,
        "train_on_inputs": False,
        "sequence_len": longest,
        "excess_length_strategy": "raise",
        "sample_packing": False,
        "output_dir": "judge",
        "micro_batch_size": config.per_device_train_batch_size,
        "num_epochs": config.num_train_epochs,
        "optimizer": "adamw_torch",
        "lr_scheduler": _SCHEDULES[config.lr_scheduler_type],
        "embedding_lr": config.embedding_learning_rate,
        "special_tokens": {"pad_token": pad_token} if pad_token else None,
        **_common(config, warmup),
    }
    if config.lora_r is not None:
        settings |= {
            "adapter": "qlora" if config.load_in_4bit else "lora",
            "load_in_4bit": config.load_in_4bit,
            "lora_r": config.lora_r,
            "lora_alpha": config.lora_alpha,
            "lora_dropout": 0.0,
            "lora_target_linear": True,
        }
    return {name: value for name, value in settings.items() if value is not None}


def trl_settings(config: TokenConfig, model: str, warmup: int) -> dict[str, Any]:
    """Return the configuration of `trl sft`.

    Raises:
        ConfigError: the token embeddings are to have a learning rate of their own.
    """
    if config.embedding_learning_rate is not None:
        raise ConfigError("embedding_learning_rate cannot be exported to TRL; leave it out")
    settings: dict[str, Any] = {
        "model_name_or_path": model,
        "dtype": "float32",
        "datasets": [{"path": "json", "data_files": DATA_FILE, "split": "train"}],
        "completion_only_loss": True,
        # Everything is cut to fit already, and TRL would cut the end, which is what is learned.
        "max_length": None,
        "packing": False,
        "output_dir": "judge",
        "per_device_train_batch_size": config.per_device_train_batch_size,
        "num_train_epochs": config.num_train_epochs,
        "optim": "adamw_torch",
        "lr_scheduler_type": _SCHEDULES[config.lr_scheduler_type],
        "report_to": "none",
        **_common(config, warmup),
    }
    if config.lora_r is not None:
        settings |= {
            "use_peft": True,
            "load_in_4bit": config.load_in_4bit,
            "lora_r": config.lora_r,
            "lora_alpha": config.lora_alpha,
            "lora_dropout": 0.0,
            "lora_target_modules": "all-linear",
        }
    return settings


def _common(config: TokenConfig, warmup: int) -> dict[str, Any]:
    """Return what both tools call by the same names."""
    steps = {} if config.max_steps is None else {"max_steps": config.max_steps}
    return {
        "gradient_accumulation_steps": config.gradient_accumulation_steps,
        "learning_rate": config.learning_rate,
        "warmup_steps": warmup,
        "weight_decay": config.weight_decay,
        "max_grad_norm": config.max_grad_norm,
        "bf16": config.bf16,
        "gradient_checkpointing": config.gradient_checkpointing,
        "logging_steps": config.logging_steps,
        "save_steps": config.save_steps,
        "seed": config.seed,
        **steps,
    }
