"""The arithmetic of a judge on a CPU: fp32 as trained, bf16, or linear layers in int8; and memory that is kept for it.

Weights on disk stay as they are. int8 codes weights by output and inputs by token, both symmetric, at the moment of
loading and of reading; sums are exact. Attention is in bf16 then, if the processor has that, what else lies between the
linear layers in fp32.
Source of the scheme: LLM.int8() (Dettmers et al. 2022, section 2), vector-wise quantisation without its outliers.
"""

import ctypes
import sys
import threading
from pathlib import Path
from typing import Literal

import torch
from torch import nn
from transformers import PreTrainedModel

from codefavor.errors import ConfigError
from codefavor.models.cpu_features import adds_bytes_in_32_bits, multiplies_bf16
from codefavor.models.segment_attention import read_by_segments, read_roughly_by_segments

Precision = Literal["fp32", "bf16", "int8"]

_LEVELS = 127
_NARROW_LEVELS = 63
"""The levels of an input where two products are added in 16 bits: 2 · 127 · 127 fits there, 2 · 255 · 127 does not."""
_EPSILON = 1e-8
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4
_NEVER = 2**31 - 1


def named(folder: Path, precision: Precision) -> str:
    """Return the spec of the judge in `folder` in a precision."""
    return f"model:{folder}" if precision == "fp32" else f"{precision}:model:{folder}"


def in_precision(model: PreTrainedModel, precision: Precision, *, output_layer: bool = False) -> PreTrainedModel:
    """Return `model`, ready to judge in another precision; it cannot be trained afterwards.

    In int8 the output layer stays as it is unless `output_layer` asks for it too: few places go through it mostly.

    Raises:
        ConfigError: int8 is asked for where this build of torch has no such product, or the model is not on the CPU;
            bf16 is asked for and the processor has no such product.
    """
    match precision:
        case "fp32":
            return model
        case "bf16":
            if not multiplies_bf16(model.device):
                raise ConfigError("this processor has no products in bf16 and would crawl; choose int8 or fp32")
            model.to(torch.bfloat16)  # type: ignore[arg-type]
            return read_roughly_by_segments(model) if model.device.type == "cpu" else model
        case "int8":
            return _in_int8(model, output_layer)


def keep_freed_memory() -> None:
    """Let this process keep memory that it frees, where its C library can: every batch needs the same amount again.

    Handing large buffers back to the system and getting them anew, zeroed page by page, cost an eighth of the time of
    judging in fp32 where it was measured.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_MAX, 0)
        mallopt(_M_TRIM_THRESHOLD, _NEVER)


def _in_int8(model: PreTrainedModel, output_layer: bool) -> PreTrainedModel:
    if model.device.type != "cpu":
        raise ConfigError("int8 is for judging on a CPU; leave it out where there is an accelerator")
    if not hasattr(torch.ops.onednn, "qlinear_pointwise"):
        raise ConfigError("this build of torch has no int8 product (oneDNN on x86-64); choose bf16 or fp32")
    quantiser = RowQuantiser(row_levels())
    for layer in model.get_decoder().layers.modules():  # type: ignore[no-untyped-call]
        for name, child in layer.named_children():
            if isinstance(child, nn.Linear):
                setattr(layer, name, Int8Linear(child, quantiser))
    if output_layer:
        whole: nn.Linear = model.get_output_embeddings()  # type: ignore[no-untyped-call]
        model.set_output_embeddings(Int8Linear(whole, quantiser))  # type: ignore[no-untyped-call]
    return read_roughly_by_segments(model) if multiplies_bf16(model.device) else read_by_segments(model)


def row_levels() -> int:
    """Return how many steps the largest number of a row may be coded as, so that this processor's sums are exact."""
    return _LEVELS if adds_bytes_in_32_bits() else _NARROW_LEVELS


class RowQuantiser(threading.local):
    """Codes rows as bytes; several layers that read the same tensor in turn get the codes made once, in each thread."""

    def __init__(self, levels: int) -> None:
        """Code the largest number of a row as `levels` steps."""
        self._levels = levels
        self.zero = levels + 1
        """The code of zero: the processor multiplies unsigned by signed bytes."""
        self._last: torch.Tensor | None = None
        self._coded: tuple[torch.Tensor, torch.Tensor] | None = None

    def __call__(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return codes of shape (rows, width) and the step of every row, of shape (rows, 1)."""
        if self._coded is None or rows is not self._last:
            flat = rows.reshape(-1, rows.shape[-1])
            steps = flat.abs().amax(dim=-1, keepdim=True).clamp_(min=_EPSILON).div_(self._levels)
            # Through signed bytes: torch makes unsigned ones of floats ten times slower. Adding wraps around.
            signed = torch.mul(flat, steps.reciprocal()).round_().to(torch.int8)
            codes = signed.view(torch.uint8).add_(self.zero)
            self._last, self._coded = rows, (codes, steps)
        return self._coded


class Int8Linear(nn.Module):
    """A linear layer whose weights are bytes with one step an output."""

    def __init__(self, linear: nn.Linear, quantiser: RowQuantiser) -> None:
        super().__init__()
        weight = linear.weight.detach().float()
        steps = weight.abs().amax(dim=1).clamp(min=_EPSILON) / _LEVELS
        codes = torch.round(weight / steps[:, None]).to(torch.int8)
        self._packed = torch.ops.onednn.qlinear_prepack(codes, None)
        self._steps = steps
        self._zeros = torch.zeros(len(steps), dtype=torch.int64)
        self._bias = None if linear.bias is None else linear.bias.detach().float()
        self._quantiser = quantiser

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """Return the product of rows of shape (..., inputs), of shape (..., outputs), in fp32."""
        codes, steps = self._quantiser(rows)
        zero = self._quantiser.zero
        product: torch.Tensor = torch.ops.onednn.qlinear_pointwise(
            codes, 1.0, zero, self._packed, self._steps, self._zeros, None, 1.0, 0, torch.float32, "none", [], ""
        )
        product = product.mul_(steps)
        if self._bias is not None:
            product = product.add_(self._bias)
        return product.view(*rows.shape[:-1], -1)
