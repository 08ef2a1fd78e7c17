"""Merging trained judges by a weighted average of their weights (paper, section 2.2), one tensor in memory at a time.

Judges are averaged only if they have the same objective, input format, base and vocabulary. Those
that are kept as LoRA adapters are merged by `codefavor.train.adapter`.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import torch
import yaml
from safetensors import SafetensorError, safe_open

from codefavor.atomic import write_json
from codefavor.errors import ConfigError, ModelError
from codefavor.judges.card import CARD_FILE, JudgeCard, read_card, write_card
from codefavor.judges.objective import objective_named
from codefavor.judges.training_groups import TRAINING_GROUPS_FILE, write_union
from codefavor.manifest import Manifest, hash_file
from codefavor.models.adapter import ADAPTER_CONFIG
from codefavor.runs.run_folder import MANIFEST_FILE
from codefavor.train.adapter import merge_adapters
from codefavor.train.output_dir import check_folder
from codefavor.train.tensor_file import Shape, write_tensors

_ALIKE = ("objective", "format", "base_model", "adapter", "comments", "max_length", "reward", "generation")
_NOT_COPIED = {CARD_FILE, MANIFEST_FILE, ADAPTER_CONFIG, TRAINING_GROUPS_FILE, "README.md", "training.jsonl"}


def merge_judges(folders: Sequence[Path], weights: Sequence[float], out: Path, manifest: Manifest) -> JudgeCard:
    """Write the weighted average of the judges in `folders` to `out`, and return its card.

    Raises:
        UserError: there are not at least two judges with one weight each, the weights do not add up to anything, or
            `out` holds something.
        ModelError: a judge cannot be read, or the judges differ in objective, format, base or vocabulary.
    """
    shares = _shares(folders, weights)
    check_folder(out, resume=False)
    card = _common_card(folders)
    if card.adapter:
        merge_adapters(folders, shares, out)
    else:
        _average_weights(folders, shares, out)
    for path in folders[0].iterdir():
        if path.is_file() and path.suffix != ".safetensors" and path.name not in _NOT_COPIED:
            shutil.copyfile(path, out / path.name)
    write_json(out / MANIFEST_FILE, manifest)
    write_union(out, folders)
    # A temperature that fits the parents need not fit their average.
    merged = card.model_copy(update={"calibration": None, "parents": _parents(folders, shares)})
    write_card(out, merged)
    return merged


def _average_weights(folders: Sequence[Path], shares: Sequence[float], out: Path) -> None:
    with ExitStack() as opened:
        parents = [_Weights(folder, opened) for folder in folders]
        _refuse_other_tensors(folders, parents)
        out.mkdir(parents=True, exist_ok=True)
        for file in parents[0].files:
            names = parents[0].names_in(file)
            like = ((name, parents[0][name]) for name in names)
            shapes = {name: Shape(tensor.dtype, tuple(tensor.shape)) for name, tensor in like}
            write_tensors(out / file, shapes, _averages(parents, shares, names))


def merge_plain_adapters(folders: Sequence[Path], weights: Sequence[float], out: Path) -> None:
    """Write the weighted sum of adapters that are no judges, folders of PEFT alone, to `out`.

    Raises:
        UserError: there are not at least two with one weight each, or `out` holds something.
        ModelError: an adapter cannot be read, or they are not alike.
    """
    shares = _shares(folders, weights)
    check_folder(out, resume=False)
    merge_adapters(folders, shares, out)


def mergekit_config(folders: Sequence[Path], weights: Sequence[float]) -> str:
    """Return the configuration of the same average for mergekit (its `linear` method), as YAML."""
    models = [
        {"model": str(folder), "parameters": {"weight": share}}
        for folder, share in zip(folders, _shares(folders, weights), strict=True)
    ]
    return yaml.safe_dump({"merge_method": "linear", "models": models, "dtype": "float32"}, sort_keys=False)


def _shares(folders: Sequence[Path], weights: Sequence[float]) -> list[float]:
    if len(folders) < 2 or len(weights) != len(folders):
        raise ConfigError(f"{len(folders)} judges and {len(weights)} weights: give at least two, and a weight for each")
    if min(weights) < 0 or not sum(weights):
        raise ConfigError("the weights of a merge are shares: none below zero, and not all zero")
    return [weight / sum(weights) for weight in weights]


def _common_card(folders: Sequence[Path]) -> JudgeCard:
    cards = [read_card(folder) for folder in folders]
    if reason := objective_named(cards[0].objective).unmergeable:
        raise ModelError(f"{folders[0]}: {reason}")
    for folder, card in zip(folders[1:], cards[1:], strict=True):
        for name in _ALIKE:
            if getattr(card, name) != getattr(cards[0], name):
                what = name.replace("_", " ")
                raise ModelError(f"{folder}: its {what} is not that of {folders[0]}; such judges cannot be averaged")
        vocabularies = [path / "tokenizer.json" for path in (folders[0], folder)]
        if all(path.exists() for path in vocabularies) and len({hash_file(path) for path in vocabularies}) > 1:
            raise ModelError(f"{folder}: its vocabulary is not that of {folders[0]}; such judges cannot be averaged")
    return cards[0]


def _parents(folders: Sequence[Path], shares: Sequence[float]) -> dict[str, float]:
    return {f"{folder.name}:{_digest(folder)}": share for folder, share in zip(folders, shares, strict=True)}


def _digest(folder: Path) -> str:
    return hash_file(sorted(folder.glob("*.safetensors"))[0])[:12]


class _Weights:
    """The tensors of one judge, read one at a time."""

    def __init__(self, folder: Path, opened: ExitStack) -> None:
        self.files = sorted(path.name for path in folder.glob("*.safetensors"))
        if not self.files:
            raise ModelError(f"{folder}: no weights in it")
        try:
            readers = {file: opened.enter_context(safe_open(folder / file, "pt")) for file in self.files}
        except SafetensorError as error:
            raise ModelError(f"{folder}: weights that cannot be read: {error}") from None
        self._readers: dict[str, Any] = {name: reader for reader in readers.values() for name in reader.keys()}
        self._by_file = {file: list(reader.keys()) for file, reader in readers.items()}

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every tensor by name."""
        return {name: tuple(reader.get_slice(name).get_shape()) for name, reader in self._readers.items()}

    def names_in(self, file: str) -> list[str]:
        """Return the tensors of a file."""
        return self._by_file[file]

    def __getitem__(self, name: str) -> torch.Tensor:
        tensor: torch.Tensor = self._readers[name].get_tensor(name)
        return tensor


def _refuse_other_tensors(folders: Sequence[Path], parents: Sequence[_Weights]) -> None:
    shapes: Mapping[str, tuple[int, ...]] = parents[0].shapes
    for folder, parent in zip(folders[1:], parents[1:], strict=True):
        other = parent.shapes
        if odd := sorted(name for name in shapes.keys() | other.keys() if shapes.get(name) != other.get(name)):
            raise ModelError(f"{folder}: {odd[0]} is not of the same shape as in {folders[0]}; choose one architecture")


def _averages(parents: Sequence[_Weights], shares: Sequence[float], names: Sequence[str]) -> Iterator[torch.Tensor]:
    for name in names:
        total = parents[0][name].double() * shares[0]
        for parent, share in zip(parents[1:], shares[1:], strict=True):
            total += parent[name].double() * share
        yield total.to(parents[0][name].dtype)
