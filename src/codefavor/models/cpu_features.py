"""The processor's features that decide the arithmetic of models: products in bf16 and in bytes.

What it lacks is not an error in torch: bf16 is emulated, at a seventieth of the speed of fp32 with AVX2 alone, and
products of bytes are added up in 16 bits, which overflow silently.
Source of the latter: oneDNN's "Nuances of int8 Computations" (8-bit integer on processors without VNNI).
"""

import torch

_BF16 = ("avx512_bf16", "amx_bf16", "bf16")
"""The names of torch's capabilities, on x86-64 and ARM."""
_WIDE_SUMS = ("avx512_vnni", "avx_vnni", "amx_int8", "dot")


def multiplies_bf16(device: torch.device) -> bool:
    """Return whether `device` has products in bf16; accelerators count as having them."""
    return device.type != "cpu" or _has_any(_BF16)


def adds_bytes_in_32_bits() -> bool:
    """Return whether this processor adds products of bytes in 32 bits; others add two of them in 16 first."""
    return _has_any(_WIDE_SUMS)


def _has_any(names: tuple[str, ...]) -> bool:
    found = torch.cpu.get_capabilities()
    return any(found.get(name, False) for name in names)
