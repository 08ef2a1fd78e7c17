import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn.modules.module import register_module_forward_hook
from transformers.models.llama.modeling_llama import LlamaDecoderLayer

from codefavor.manifest import make_manifest
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import TrainConfig
from codefavor.train.language_model import train_language_model as train
from codefavor.train.objective import require_steps
from codefavor.train.step_metrics import StepMetrics

SETTINGS: dict[str, Any] = {
    "train_layers": 1,
    "max_length": 700,
    # With Adam a gradient near zero moves its weight as far as any: the rate bounds what rounding can do.
    "learning_rate": 1e-4,
    "warmup_steps": 0,
    "num_train_epochs": 2,
    "per_device_train_batch_size": 4,
    "gradient_accumulation_steps": 2,
    "logging_steps": 1,
}
OBJECTIVES: list[dict[str, Any]] = [
    {"objective": "classification"},
    {"objective": "classification", "gradient_checkpointing": True},
    {"objective": "order-free"},
    {"objective": "generation", "max_new_tokens": 60},
    {"objective": "reward"},
    {"objective": "reward", "readout": "sum"},
]


class Watch:
    """What the lowest layer did, step by step."""

    def __init__(self) -> None:
        self.reports: list[StepMetrics] = []
        self.steps: list[int] = []
        """The steps, counted from 0, in which it ran, once a call."""
        self.graded: list[bool] = []
        """Whether what it gave asks for a gradient, once a call."""

    def called(self, module: nn.Module, _: Any, states: torch.Tensor) -> None:
        if isinstance(module, LlamaDecoderLayer) and module.self_attn.layer_idx == 0:
            self.steps.append(len(self.reports))
            self.graded.append(states.requires_grad)

    def calls(self) -> tuple[int, int]:
        """Return how often it ran in the first and in the second half of the steps."""
        first = sum(step < self.reports[-1].steps / 2 for step in self.steps)
        return first, len(self.steps) - first


@pytest.fixture
def watch() -> Iterator[Watch]:
    watching = Watch()
    handle = register_module_forward_hook(watching.called)
    yield watching
    handle.remove()


def run(
    model: Path, pairs: list[PreferencePair], out: Path, *, resume: bool = False, on_step: Any = None, **settings: Any
) -> dict[str, torch.Tensor]:
    config = require_steps(TrainConfig.model_validate({**SETTINGS, "model": str(model), **settings}))
    manifest = make_manifest("codefavor train", config.model_dump(mode="json"), [], config.seed)
    train(pairs, config, out, manifest, resume=resume, on_step=on_step or (lambda _: None))
    return {name: tensor for file in sorted(out.glob("*.safetensors")) for name, tensor in load_file(file).items()}


def without_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1000, 1000, 1000))


@pytest.mark.parametrize("settings", OBJECTIVES, ids=lambda each: "-".join(map(str, each.values())))
def test_two_epochs_give_the_weights_of_the_plain_run_and_the_frozen_layers_run_in_the_first_alone(
    tiny_model: Path,
    learnable_pairs: list[PreferencePair],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    watch: Watch,
    settings: dict[str, Any],
) -> None:
    kept = run(tiny_model, learnable_pairs, tmp_path / "kept", on_step=watch.reports.append, **settings)
    first, second = watch.calls()
    assert first > 0
    assert second == 0
    assert not any(watch.graded)
    with monkeypatch.context() as patch:
        without_room(patch)
        plain = run(tiny_model, learnable_pairs, tmp_path / "plain", **settings)
    before = {name.removeprefix("model."): old for name, old in load_file(tiny_model / "model.safetensors").items()}
    trained = set()
    for name, weight in plain.items():
        torch.testing.assert_close(kept[name], weight, rtol=0, atol=1e-6)
        old = before.get(name.removeprefix("model."))
        if old is not None and not torch.equal(weight, old):
            trained.add(name.removeprefix("model.").partition(".self_attn")[0].partition(".mlp")[0])
    assert "layers.2" in trained
    assert not {"layers.0", "layers.1", "embed_tokens"} & trained
    assert {each.name for each in (tmp_path / "kept").iterdir()} == {
        each.name for each in (tmp_path / "plain").iterdir()
    }


def test_a_disk_without_room_is_said_and_every_epoch_runs_all_layers(
    tiny_model: Path,
    learnable_pairs: list[PreferencePair],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    watch: Watch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    without_room(monkeypatch)
    with caplog.at_level(logging.WARNING, "codefavor"):
        run(tiny_model, learnable_pairs, tmp_path / "judge", on_step=watch.reports.append)
    first, second = watch.calls()
    assert first == second > 0
    (said,) = [record.getMessage() for record in caplog.records if record.name.startswith("codefavor")]
    assert "every epoch computes them again; free some disk" in said


def test_layers_with_dropout_run_in_every_epoch(
    tiny_model: Path, learnable_pairs: list[PreferencePair], tmp_path: Path, watch: Watch
) -> None:
    base = tmp_path / "base"
    shutil.copytree(tiny_model, base)
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps({**config, "attention_dropout": 0.1}))
    run(base, learnable_pairs, tmp_path / "judge", on_step=watch.reports.append)
    first, second = watch.calls()
    assert first == second > 0


def test_a_run_that_goes_on_fills_the_states_again_and_ends_with_the_same_weights(
    tiny_model: Path, learnable_pairs: list[PreferencePair], tmp_path: Path
) -> None:
    def stop(metrics: Any) -> None:
        if metrics.step == 8:
            raise KeyboardInterrupt

    settings: dict[str, Any] = {"num_train_epochs": 3, "save_steps": 7}
    whole = run(tiny_model, learnable_pairs, tmp_path / "whole", **settings)
    with pytest.raises(KeyboardInterrupt):
        run(tiny_model, learnable_pairs, tmp_path / "parts", on_step=stop, **settings)
    assert {each.name for each in (tmp_path / "parts").iterdir()} == {"checkpoint", "training.jsonl"}
    parts = run(tiny_model, learnable_pairs, tmp_path / "parts", resume=True, **settings)
    for name, weight in whole.items():
        torch.testing.assert_close(parts[name], weight, rtol=0, atol=1e-6)
