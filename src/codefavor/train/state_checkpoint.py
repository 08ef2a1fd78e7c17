"""What a run that only reads has read so far, kept beside it until it is done: all or nothing, as safetensors."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from codefavor.atomic import remove_partials, replacing
from codefavor.errors import DataError
from codefavor.runs.run_folder import other_settings
from codefavor.train.output_dir import CHECKPOINT

_FILE = "states.safetensors"
_STATES = "states"
_RUN = "run"


def save_states(out: Path, run: str, states: NDArray[np.float32]) -> None:
    """Write states of the run with the digest `run` into `out`, in the place of earlier ones."""
    folder = out / CHECKPOINT
    folder.mkdir(parents=True, exist_ok=True)
    remove_partials(folder / _FILE)
    with replacing(folder / _FILE) as partial:
        save_file({_STATES: states}, partial, {_RUN: run})


def load_states(out: Path, run: str, width: int) -> NDArray[np.float32]:
    """Return what is kept in `out`, of shape (pairs, width); no pairs where nothing is.

    Raises:
        UserError: it is of another configuration or of other pairs.
        DataError: it is malformed.
    """
    path = out / CHECKPOINT / _FILE
    if not path.exists():
        return np.empty((0, width), np.float32)
    try:
        with safe_open(path, "numpy") as kept:
            own, states = (kept.metadata() or {}).get(_RUN), kept.get_tensor(_STATES)
    except (OSError, SafetensorError) as error:
        raise DataError(f"{path}: unreadable: {error}") from None
    if own != run:
        raise other_settings(out, ["configuration or pairs"], "those that it was begun with")
    return np.asarray(states, np.float32)
