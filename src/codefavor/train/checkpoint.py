"""Checkpoints of a run in progress: trained weights and optimiser state in one safetensors file, replaced as a whole.

A kill at any moment leaves the checkpoint before or the one after. A run that is resumed from its checkpoint ends with
the same weights as one that was never interrupted.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path

import torch
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from codefavor.atomic import remove_partials, replacing
from codefavor.errors import DataError
from codefavor.record import Record, explain
from codefavor.runs.run_folder import other_settings
from codefavor.train.engine import Engine
from codefavor.train.output_dir import CHECKPOINT

_TENSORS = "state.safetensors"
_PROGRESS = "progress"
"""The entry of the file's metadata that says how far the run is."""


class CheckpointProgress(Record):
    """How far a run is, and of which run it is."""

    step: int
    """Finished optimiser steps."""
    run: str
    """The digest of the configuration and of the pairs."""


def save_checkpoint(
    out: Path,
    progress: CheckpointProgress,
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
    folder = out / CHECKPOINT
    folder.mkdir(exist_ok=True)
    metadata = {_PROGRESS: progress.model_dump_json()}
    remove_partials(folder / _TENSORS)
    with replacing(folder / _TENSORS) as partial:
        save_file(tensors, partial, metadata)


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
    path = out / CHECKPOINT / _TENSORS
    if not path.exists():
        return 0
    try:
        with safe_open(path, "pt") as saved:
            progress = CheckpointProgress.model_validate_json((saved.metadata() or {}).get(_PROGRESS, ""))
            tensors = {key: saved.get_tensor(key) for key in saved.keys()}
    except ValidationError as error:
        raise DataError(f"{path}: not a checkpoint of this codefavor: {explain(error)}") from None
    except (OSError, SafetensorError) as error:
        raise DataError(f"{path}: unreadable: {error}") from None
    if progress.run != run:
        raise other_settings(out, ["configuration or pairs"], "those that it was begun with")
    for name, weight in weights:
        parts = {key.split("/", 1)[0]: value for key, value in tensors.items() if key.split("/", 1)[1] == name}
        engine.restore(optimizer, weight, parts)
    return progress.step


def drop_checkpoint(out: Path) -> None:
    """Remove the checkpoint of a finished run."""
    shutil.rmtree(out / CHECKPOINT, ignore_errors=True)
