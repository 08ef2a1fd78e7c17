import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from codefavor.errors import ConfigError, DataError, ModelError
from codefavor.judge.card import read_card
from codefavor.judge.classification import ClassificationJudge
from codefavor.judge.protocol import Judge
from codefavor.judge.reward import RewardJudge
from codefavor.manifest import make_manifest
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import TrainConfig
from codefavor.train.examples import ExampleSet
from codefavor.train.loop import Interrupted
from codefavor.train.report import Report
from codefavor.train.run import train

QUICK: dict[str, Any] = {
    "max_length": 512,
    "learning_rate": 0.02,
    "warmup_steps": 2,
    "max_steps": 12,
    "per_device_train_batch_size": 8,
    "gradient_accumulation_steps": 1,
    "logging_steps": 4,
    "save_steps": 5,
}


def run(
    model: Path, pairs: list[PreferencePair], out: Path, *, resume: bool = False, report: Any = None, **settings: Any
) -> tuple[ExampleSet, list[Report]]:
    config = TrainConfig(**{**QUICK, "model": str(model), **settings})
    reports: list[Report] = []
    manifest = make_manifest("codefavor train", config.model_dump(mode="json"), [], config.seed)
    learned = train(pairs, config, out, manifest, resume=resume, report=report or reports.append)
    return learned, reports


def weights_of(folder: Path) -> dict[str, torch.Tensor]:
    return {
        f"{file.name}/{name}": tensor
        for file in folder.glob("*.safetensors")
        for name, tensor in load_file(file).items()
    }


def load(folder: Path) -> Judge:
    return {"classification": ClassificationJudge, "reward": RewardJudge}[read_card(folder).objective].load(folder)


@pytest.mark.parametrize(
    "settings",
    [
        {"objective": "reward", "layers": 2},
        {"objective": "reward", "train_embeddings": False},
        {"objective": "classification", "max_steps": 80},
        {"objective": "classification", "lora_r": 4, "max_steps": 80, "learning_rate": 0.05},
    ],
)
def test_a_judge_learns_what_the_pairs_show_and_says_it_after_loading(
    tiny_model: Path, learnable_pairs: list[PreferencePair], tmp_path: Path, settings: dict[str, Any]
) -> None:
    learned, reports = run(tiny_model, learnable_pairs, tmp_path / "judge", **{"max_steps": 30, **settings})
    assert learned.pairs == 24
    assert learned.truncated == 0
    assert reports[-1].loss < 0.5 * reports[0].loss
    shown = [pair.present(side) for pair in learnable_pairs for side in ("A", "B")]
    verdicts = load(tmp_path / "judge").judge([each.comparison for each in shown])
    right = sum(verdict.choice == each.label for verdict, each in zip(verdicts, shown, strict=True))
    assert right >= 0.9 * len(shown)
