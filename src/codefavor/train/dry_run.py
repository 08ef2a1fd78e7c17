"""A run as it would be, without weights: its first pair as tokens, its steps, its memory. It writes nothing."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch

from codefavor.models.embedded import resolve_model
from codefavor.models.pretrained import load_shapes, load_tokenizer
from codefavor.pairs.pair import PreferencePair
from codefavor.record import Record
from codefavor.train.config import RewardConfig, StepsConfig, TokenConfig, loads_in_4bit
from codefavor.train.examples import ReplyExample
from codefavor.train.learners import make_learner
from codefavor.train.memory import Batch, Memory, Parameters, count_parameters, estimate_memory
from codefavor.train.preview import PreviewRow, preview
from codefavor.train.schedule import steps_per_epoch, total_steps, warmup_of

_DEFAULT_RANK = 16


class Method(Record):
    """One way to train the same model, and what it takes."""

    name: str
    """All weights, the highest layers, LoRA or QLoRA."""
    checkpointing: bool
    """Whether activations are computed again in the backward pass."""
    configured: bool
    """Whether it is the way of the configuration."""
    memory: Memory
    """What it takes."""


class DryRun(Record):
    """What is known of a run before it starts."""

    rows: tuple[PreviewRow, ...]
    """The first pair as the model reads it."""
    pairs: int
    """Pairs that are learned from; those that differ in comments alone are left out where these are stripped."""
    left_out: int
    """Pairs that are not."""
    truncated: int
    """Pairs of which something is cut to fit."""
    examples: int
    """Examples an epoch."""
    batch: Batch
    """The longest batch."""
    steps_per_epoch: int
    """Optimiser steps of one pass over the examples."""
    steps: int
    """Optimiser steps of the run."""
    warmup: int
    """Those over which the learning rate rises."""
    parameters: Parameters
    """The weights of the model."""
    methods: tuple[Method, ...]
    """What the run takes, and what it would take if it were trained otherwise."""


def dry_run(pairs: Sequence[PreferencePair], config: StepsConfig) -> DryRun:
    """Return what a run on `pairs` would be. Only the model's configuration and its tokenizer are read.

    Raises:
        ConfigError: the objective trains no language model, or the configuration does not fit the model.
        DataError: there are no pairs.
        ModelError: the model's configuration or tokenizer cannot be loaded.
    """
    with torch.device("meta"):
        learner = make_learner(config, load_shapes)
    example_set = learner.examples(pairs)
    batch = _longest(example_set.examples, config)
    first = example_set.examples[: len(example_set.examples) // example_set.pairs]
    steps = total_steps(config, len(example_set.examples))
    return DryRun(
        rows=preview(first, config, load_tokenizer(resolve_model(config.model))),
        pairs=example_set.pairs,
        left_out=len(pairs) - example_set.pairs,
        truncated=example_set.truncated,
        examples=len(example_set.examples),
        batch=batch,
        steps_per_epoch=steps_per_epoch(config, len(example_set.examples)),
        steps=steps,
        warmup=warmup_of(config, steps),
        parameters=count_parameters(config),
        methods=tuple(_methods(config, batch)),
    )


def _longest(examples: Sequence[Any], config: StepsConfig) -> Batch:
    size = min(config.per_device_train_batch_size, len(examples))
    replies = [len(example.reply) for example in examples if isinstance(example, ReplyExample)]
    rows = 2 * size if isinstance(config, RewardConfig) else size
    return Batch(rows, max(example.length for example in examples), max(replies, default=1))


def _methods(config: StepsConfig, batch: Batch) -> Iterator[Method]:
    """Yield the configured way first, then the others, each with and without checkpointing."""
    rank = config.lora_r or _DEFAULT_RANK
    full: dict[str, Any] = {"lora_r": None, "train_layers": None, "train_embeddings": True}
    if isinstance(config, TokenConfig):
        full["load_in_4bit"] = False
    ways: list[dict[str, Any]] = [{}, full, {**full, "lora_r": rank}]
    if isinstance(config, TokenConfig):
        ways.append({**full, "lora_r": rank, "load_in_4bit": True})
    seen: list[StepsConfig] = []
    for way in ways:
        for checkpointing in (config.gradient_checkpointing, not config.gradient_checkpointing):
            tried = config.model_copy(update={**way, "gradient_checkpointing": checkpointing})
            if tried not in seen:
                seen.append(tried)
                memory = estimate_memory(tried, batch)
                configured = tried == config
                yield Method(name=_name(tried), checkpointing=checkpointing, configured=configured, memory=memory)


def _name(config: StepsConfig) -> str:
    if config.lora_r is not None:
        return f"{'QLoRA' if loads_in_4bit(config) else 'LoRA'} of rank {config.lora_r}"
    if config.train_layers is not None:
        return f"the highest {config.train_layers} layers"
    return "all weights" if config.train_embeddings else "all but the embeddings"
