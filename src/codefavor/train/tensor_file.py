"""A safetensors file written tensor by tensor: the library's own writer wants all of them in memory at once."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch

from codefavor.errors import ModelError

_NAMES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.float64: "F64"}


class Shape(NamedTuple):
    """What a tensor looks like before it is there."""

    dtype: torch.dtype
    sizes: tuple[int, ...]


def write_tensors(path: Path, shapes: Mapping[str, Shape], tensors: Iterable[torch.Tensor]) -> None:
    """Write `tensors`, which come in the order of `shapes`, each made when its turn is.

    Raises:
        ModelError: a tensor is not of floating point.
    """
    header: dict[str, Any] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, shape in shapes.items():
        kind = _NAMES.get(shape.dtype)
        if kind is None:
            raise ModelError(f"{path.name}: {name} is of type {shape.dtype}, which cannot be averaged")
        begin, end = end, end + torch.Size(shape.sizes).numel() * shape.dtype.itemsize
        header[name] = {"dtype": kind, "shape": list(shape.sizes), "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as out:
        out.write(len(text).to_bytes(8, "little") + text)
        for tensor in tensors:
            out.write(tensor.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
