"""LoRA adapters as files of PEFT's form: a trained one kept by itself, and several merged into one, exactly.

The average of adapters is the average of what they add to the base, which is a product; the average of the factors
would be something else. With shares w and scales s, the sum of w s B A is one product of the factors laid side by side,

    [w1 s1 B1, w2 s2 B2] [A1; A2]

so the merged adapter has the ranks of all added up, scale 1, and no error. One module is in memory at a time.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftConfig
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from codefavor.errors import ModelError
from codefavor.models.adapter import ADAPTER_CONFIG, ADAPTER_PREFIX, ADAPTER_WEIGHTS
from codefavor.train.tensor_file import Shape, write_tensors

_A, _B = ".lora_A.weight", ".lora_B.weight"
_PLAIN: dict[str, tuple[Any, ...]] = {
    "use_dora": (False, None),
    "bias": ("none", None),
    "rank_pattern": ({}, None),
    "alpha_pattern": ({}, None),
    "modules_to_save": ([], None),
}
"""The settings of an adapter that is nothing but products of two factors, all of one scale."""


def save_adapter(model: nn.Module, lora: PeftConfig, base: str, folder: Path) -> None:
    """Write the adapters in `model` as PEFT writes them; `base` names what they go onto."""
    tensors = {
        ADAPTER_PREFIX + name.replace(".default.", "."): weight.detach().cpu().contiguous()
        for name, weight in model.named_parameters()
        if ".lora_" in name
    }
    save_file(tensors, folder / ADAPTER_WEIGHTS, {"format": "pt"})
    known: dict[str, Any] = lora.to_dict()
    known |= {"base_model_name_or_path": base, "task_type": "CAUSAL_LM", "inference_mode": True}
    LoraConfig(**known).save_pretrained(str(folder))


def merge_adapters(folders: Sequence[Path], shares: Sequence[float], out: Path) -> None:
    """Write the adapter that adds the weighted sum of what those in `folders` add.

    Raises:
        ModelError: an adapter cannot be read, is no plain LoRA, or is of another base or other modules than the first.
    """
    used = [(folder, share) for folder, share in zip(folders, shares, strict=True) if share]
    settings = [_settings(folder) for folder in folders]
    for folder, own in zip(folders, settings, strict=True):
        _refuse_unlike(folder, own, folders[0], settings[0])
    with ExitStack() as opened:
        readers = [_open(folder, opened) for folder, _ in used]
        modules = _modules(readers[0])
        for (folder, _), reader in zip(used, readers, strict=True):
            _refuse_other_modules(folder, reader, used[0][0], readers[0])
        scales = [share * _scale(_settings(folder)) for folder, share in used]
        ranks = [_settings(folder)["r"] for folder, _ in used]
        out.mkdir(parents=True, exist_ok=True)
        write_tensors(out / ADAPTER_WEIGHTS, _shapes(modules, readers, sum(ranks)), _factors(modules, readers, scales))
    merged = {**settings[0], "r": sum(ranks), "lora_alpha": sum(ranks), "use_rslora": False}
    (out / ADAPTER_CONFIG).write_text(json.dumps(merged, indent=2) + "\n", encoding="utf-8")


def _settings(folder: Path) -> dict[str, Any]:
    try:
        settings: dict[str, Any] = json.loads((folder / ADAPTER_CONFIG).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ModelError(f"{folder / ADAPTER_CONFIG}: unreadable: {error}") from None
    if settings.get("peft_type") != "LORA":
        raise ModelError(f"{folder}: an adapter of type {settings.get('peft_type')}; only LORA can be merged")
    for name, plain in _PLAIN.items():
        if settings.get(name) not in plain:
            raise ModelError(f"{folder}: its {name} is {settings[name]}; only plain LoRA adapters can be merged")
    return settings


def _scale(settings: dict[str, Any]) -> float:
    rank = settings["r"]
    return float(settings["lora_alpha"] / (rank**0.5 if settings.get("use_rslora") else rank))


def _refuse_unlike(folder: Path, own: dict[str, Any], first: Path, like: dict[str, Any]) -> None:
    if own.get("base_model_name_or_path") != like.get("base_model_name_or_path"):
        raise ModelError(f"{folder}: its base is not that of {first}; such adapters cannot be merged")


def _open(folder: Path, opened: ExitStack) -> Any:
    try:
        return opened.enter_context(safe_open(folder / ADAPTER_WEIGHTS, "pt"))
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{folder / ADAPTER_WEIGHTS}: unreadable: {error}") from None


def _modules(reader: Any) -> list[str]:
    return sorted(name.removesuffix(_A) for name in reader.keys() if name.endswith(_A))


def _refuse_other_modules(folder: Path, reader: Any, first: Path, like: Any) -> None:
    names = set(reader.keys())
    if odd := sorted(name for name in names if not name.endswith((_A, _B))):
        raise ModelError(f"{folder}: {odd[0]} is no factor of a linear layer; only plain LoRA adapters can be merged")
    if odd := sorted(names ^ set(like.keys())):
        raise ModelError(f"{folder}: adapts other modules than {first} ({odd[0]}); such adapters cannot be merged")
    for name in names:
        sizes, others = (weights.get_slice(name).get_shape() for weights in (reader, like))
        if sizes[name.endswith(_A)] != others[name.endswith(_A)]:
            raise ModelError(f"{folder}: {name} is of another width than in {first}; such adapters cannot be merged")


def _shapes(modules: Sequence[str], readers: Sequence[Any], rank: int) -> dict[str, Shape]:
    shapes: dict[str, Shape] = {}
    for module in modules:
        dtype = readers[0].get_tensor(module + _A).dtype
        shapes[module + _A] = Shape(dtype, (rank, readers[0].get_slice(module + _A).get_shape()[1]))
        shapes[module + _B] = Shape(dtype, (readers[0].get_slice(module + _B).get_shape()[0], rank))
    return shapes


def _factors(modules: Sequence[str], readers: Sequence[Any], scales: Sequence[float]) -> Iterator[torch.Tensor]:
    for module in modules:
        below = [reader.get_tensor(module + _A) for reader in readers]
        yield torch.cat(below, dim=0).to(below[0].dtype)
        above = [reader.get_tensor(module + _B).double() * scale for reader, scale in zip(readers, scales, strict=True)]
        yield torch.cat(above, dim=1).to(below[0].dtype)
