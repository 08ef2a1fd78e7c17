"""Checkpoints of a run in progress: trained weights and optimiser state as safetensors, written all or nothing.

A run that goes on from its checkpoint ends with the same weights as one that was never interrupted.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path

import torch
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import nn

from codefavor.errors import DataError
from codefavor.record import Record, explain
from codefavor.runs.run_folder import other_settings
from codefavor.train.engine import Engine
from codefavor.train.output_dir import CHECKPOINT

_TENSORS = "state.safetensors"
_PROGRESS = "progress.json"


class Progress(Record):
    """How far a run is, and of which run it is."""

    step: int
    """Finished optimiser steps."""
    run: str
    """The digest of the configuration and of the pairs."""


def save_checkpoint(
    out: Path,
    progress: Progress,
    weights: Iterable[tuple[str, nn.Parameter]],
    optimizer: torch.optim.Optimizer,
    engine: Engine,
) -> None:
    """Write the state after `progress.step` into `out`, in the place of an earlier one."""
    tensors: dict[str, torch.Tensor] = {}
    for name, weight in weights:
        for part, whole in engine.state(optimizer, weight).items():
            if engine.main:
                tensors[f"{part}/{name}"] = whole.cpu()
    if not engine.main:
        return
    partial, final = out / f".{CHECKPOINT}.partial", out / CHECKPOINT
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    save_file(tensors, partial / _TENSORS)
    (partial / _PROGRESS).write_text(progress.model_dump_json() + "\n", encoding="utf-8")
    shutil.rmtree(final, ignore_errors=True)
    partial.rename(final)


def load_checkpoint(
    out: Path,
    run: str,
    weights: Iterable[tuple[str, nn.Parameter]],
    optimizer: torch.optim.Optimizer,
    engine: Engine,
) -> int:
    """Give the engine the state in `out`, and return the finished steps; 0 without a checkpoint.

    It may have been written by more or fewer processes.

    Raises:
        UserError: the checkpoint is of another configuration or of other pairs.
        DataError: it is malformed.
    """
    folder = out / CHECKPOINT
    if not folder.exists():
        return 0
    try:
        progress = Progress.model_validate_json((folder / _PROGRESS).read_text(encoding="utf-8"))
        tensors = load_file(folder / _TENSORS)
    except ValidationError as error:
        raise DataError(f"{folder / _PROGRESS}: {explain(error)}") from None
    except (OSError, SafetensorError) as error:
        raise DataError(f"{folder}: unreadable: {error}") from None
    if progress.run != run:
        raise other_settings(out, ["configuration or pairs"], "those that it was begun with")
    for name, weight in weights:
        parts = {key.split("/", 1)[0]: value for key, value in tensors.items() if key.split("/", 1)[1] == name}
        engine.restore(optimizer, weight, parts)
    return progress.step


def drop_checkpoint(out: Path) -> None:
    """Remove the checkpoint of a finished run."""
    shutil.rmtree(out / CHECKPOINT, ignore_errors=True)
