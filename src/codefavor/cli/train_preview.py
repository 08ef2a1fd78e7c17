"""What `codefavor train --dry-run` prints: the configuration, the first pair as tokens, the steps, the memory."""

from collections.abc import Sequence
from typing import Any

import typer

from codefavor.config import dump_config
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import StepsConfig, TrainConfig
from codefavor.train.objective import torch_module

OPEN, CLOSE = "⟦", "⟧"
"""What stands around the tokens that the loss sees."""
_GIB = 2**30


def show_dry_run(pairs: Sequence[PreferencePair], config: TrainConfig) -> None:
    """Print what a run would be; nothing is written and no weights are loaded."""
    typer.echo(dump_config(config))
    if not isinstance(config, StepsConfig):
        typer.echo(f"{len(pairs):,} pairs; the {config.objective} objective trains no language model and has no steps")
        return
    run = torch_module("dry_run").dry_run(pairs, config)
    for row in run.rows:
        typer.echo(f"--- {row.title}: {row.tokens:,} tokens, of which the loss sees {row.in_loss:,}")
        typer.echo("".join(f"{OPEN}{part.text}{CLOSE}" if part.in_loss else part.text for part in row.parts) + "\n")
    typer.echo(_figures(run, config))
    typer.echo(_memory(run))


def _figures(run: Any, config: StepsConfig) -> str:
    left_out = f" ({run.left_out:,} more differ in comments alone)" if run.left_out else ""
    share = run.parameters.trained / run.parameters.total
    batch = f"{config.per_device_train_batch_size} x {config.gradient_accumulation_steps}"
    return "\n".join(
        (
            f"pairs: {run.pairs:,}{left_out}, of which {run.truncated:,} are cut to {config.max_length:,} tokens",
            f"examples: {run.examples:,}, the longest of {run.batch.tokens:,} tokens",
            f"steps: {run.steps:,} of {batch} examples, {run.steps_per_epoch:,} a pass, {run.warmup:,} of warm-up",
            f"weights: {run.parameters.total:,}, of which {run.parameters.trained:,} are trained ({share:.2%})",
            f"memory of one process at the longest batch, {run.batch.rows} x {run.batch.tokens:,} tokens, estimated:",
        )
    )


def _memory(run: Any) -> str:
    width = max(len(_way(method)) for method in run.methods)
    lines = [f"{'GiB':{width}}{'weights':>12}{'gradients':>12}{'optimiser':>12}{'activations*':>14}{'peak':>10}"]
    for method in run.methods:
        weights, gradients, optimizer, activations = (f"{size / _GIB:,.2f}" for size in method.memory)
        sizes = f"{weights:>12}{gradients:>12}{optimizer:>12}{activations:>14}{method.memory.peak / _GIB:>10,.2f}"
        lines.append(f"{_way(method):{width}}{sizes}{'  <- configured' if method.configured else ''}")
    return "\n".join((*lines, "* or what AdamW's step copies, where that is more"))


def _way(method: Any) -> str:
    return f"{method.name}, checkpointed" if method.checkpointing else str(method.name)
