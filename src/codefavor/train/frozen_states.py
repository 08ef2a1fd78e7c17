"""What frozen layers give, kept on disk: states of token rows in a file without a name, found by what they depend on.

The state of a token depends on the tokens that are seen up to it and on their positions, and on nothing else of its
batch. Rows of one pass that share a beginning share its states, in the file too; a later pass may share otherwise. The
file has no name from the start, so that it is gone with the process, however that ends.
"""

import logging
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, NamedTuple, Self

import numpy
import torch
from numpy.typing import NDArray

_LOG = logging.getLogger(__name__)


class Run(NamedTuple):
    """Neighbouring places of a pass, its rows one after the other."""

    begin: int
    end: int
    shift: int
    """How many positions further they seem to stand for what comes last in the row."""


Row = tuple[Run, ...]
"""All that one token row sees, in order, itself last."""


def rows_of(inputs: dict[str, Any]) -> list[Row]:
    """Return the token rows of a pass with these inputs: a flat layout of segments, or rows padded on the left."""
    if "segments" not in inputs:
        width = inputs["input_ids"].shape[1]
        lengths = inputs["attention_mask"].sum(dim=1).tolist()
        return [(Run((row + 1) * width - length, (row + 1) * width, 0),) for row, length in enumerate(lengths)]
    placed = [reading.placed for reading in inputs["segments"]]
    seen_begins = {view.begin for segment in placed for view in segment.seen}
    ends = [segment for segment in placed if segment.begin not in seen_begins]
    return [(*(Run(*view) for view in segment.seen), Run(segment.begin, segment.end, 0)) for segment in ends]


class StateFile:
    """States of shape (tokens, width), a row's found by its tokens and positions."""

    def __init__(self, folder: Path) -> None:
        """Open a file on the disk of `folder`."""
        self._file = TemporaryFile(dir=folder, buffering=0)
        self._places: dict[bytes, tuple[slice, ...]] = {}
        self._tokens = 0
        self._dtype = torch.float32
        self._mapped: NDArray[numpy.uint8] | None = None
        self._full = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._mapped = None
        self._file.close()

    def read(self, inputs: dict[str, Any], width: int) -> torch.Tensor | None:
        """Return the states of a pass of shape (rows, tokens, width), zero where it is padded; None if any is missing.

        A padded place is seen by no other, so that its state does not matter.
        """
        rows = rows_of(inputs)
        found = [self._places.get(key) for key in _keys(inputs, rows)]
        shape = inputs["input_ids"].shape
        states = torch.zeros(shape.numel(), width, dtype=self._dtype)
        held = states.view(torch.uint8).numpy()
        copied: set[Run] = set()
        for row, parts in zip(rows, found, strict=True):
            if parts is None:
                return None
            mapped = self._map(held.shape[1])
            kept = numpy.concatenate([mapped[part] for part in parts])
            start = 0
            for run in row:
                stop = start + run.end - run.begin
                if run not in copied:
                    held[run.begin : run.end] = kept[start:stop]
                    copied.add(run)
                start = stop
        return states.view(*shape, width).to(inputs["input_ids"].device)

    def write(self, inputs: dict[str, Any], states: torch.Tensor) -> None:
        """Keep the states of a pass, of shape (rows, tokens, width), as far as they are not kept yet.

        A full disk ends the keeping with a warning, not the run.
        """
        if self._full:
            return
        flat = states.detach().reshape(-1, states.shape[-1]).cpu().contiguous()
        self._dtype = flat.dtype
        data = flat.view(torch.uint8).numpy()
        rows = rows_of(inputs)
        written: dict[tuple[int, int], slice] = {}
        try:
            for key, row in zip(_keys(inputs, rows), rows, strict=True):
                if key not in self._places:
                    self._places[key] = tuple(self._append(data, run, written) for run in row)
        except OSError as error:
            self._full = True
            _LOG.warning("states of frozen layers can no longer be kept (%s); those missing are computed again", error)

    def _append(self, data: NDArray[numpy.uint8], run: Run, written: dict[tuple[int, int], slice]) -> slice:
        if (run.begin, run.end) not in written:
            self._file.seek(self._tokens * data.shape[1])
            left = data[run.begin : run.end].data.cast("B")
            # numpy's tofile buffers, and raises no error where the disk is full when it flushes.
            while left:
                left = left[self._file.write(left) :]
            first, self._tokens = self._tokens, self._tokens + run.end - run.begin
            written[run.begin, run.end] = slice(first, self._tokens)
        return written[run.begin, run.end]

    def _map(self, width: int) -> NDArray[numpy.uint8]:
        """Return the file as an array of shape (tokens, bytes of a state), mapped again where it has grown."""
        if self._mapped is None or len(self._mapped) != self._tokens:
            self._mapped = numpy.memmap(self._file, numpy.uint8, "r", shape=(self._tokens, width))
        return self._mapped


def _keys(inputs: dict[str, Any], rows: Sequence[Row]) -> list[bytes]:
    """Return a digest a row of what its states depend on; where its segments begin is no part of that."""
    tokens, positions = (inputs[name].reshape(-1).cpu().numpy() for name in ("input_ids", "position_ids"))
    keys = []
    for row in rows:
        digest = blake2b(digest_size=16)
        for values in (tokens, positions):
            digest.update(numpy.concatenate([values[run.begin : run.end] for run in row]).tobytes())
        digest.update(numpy.concatenate([numpy.full(run.end - run.begin, run.shift) for run in row]).tobytes())
        keys.append(digest.digest())
    return keys
