"""How many steps a run has, and the learning rate of each: pure functions of the configuration."""

import math

from codefavor.train.config import StepsConfig


def total_steps(config: StepsConfig, examples: int) -> int:
    """Return the number of optimiser steps of a run over so many examples."""
    if config.max_steps is not None:
        return config.max_steps
    return max(1, math.ceil(steps_per_epoch(config, examples) * config.num_train_epochs))


def steps_per_epoch(config: StepsConfig, examples: int) -> int:
    """Return the number of optimiser steps of one pass over so many examples."""
    batches = math.ceil(examples / config.per_device_train_batch_size)
    return math.ceil(batches / config.gradient_accumulation_steps)


def warmup_of(config: StepsConfig, steps: int) -> int:
    """Return the steps over which the learning rate rises in a run of `steps`.

    A run shorter than twice its warm-up would hardly train: it warms up over half of it.
    """
    return min(config.warmup_steps, steps // 2)


def rate_factor(config: StepsConfig, step: int, steps: int) -> float:
    """Return the share of the peak learning rate at `step` (the first is 0) of `steps`."""
    warmup = warmup_of(config, steps)
    if step < warmup:
        return (step + 1) / warmup
    progress = (step - warmup) / max(1, steps - warmup)
    match config.lr_scheduler_type:
        case "cosine":
            return 0.5 * (1 + math.cos(math.pi * progress))
        case "linear":
            return 1 - progress
        case "constant":
            return 1.0
