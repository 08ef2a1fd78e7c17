import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from codefavor.errors import ConfigError, DataError, ModelError, UserError
from codefavor.judges.card import read_card
from codefavor.judges.load import load_judge
from codefavor.judges.protocol import Judge
from codefavor.manifest import make_manifest
from codefavor.models.pretrained import load_weights
from codefavor.pairs.pair import PreferencePair
from codefavor.train.classification import ClassificationLearner
from codefavor.train.config import ClassificationConfig, LinearConfig, TrainConfig
from codefavor.train.examples import ExampleSet
from codefavor.train.language_model import train_language_model as train
from codefavor.train.linear import train_linear
from codefavor.train.loop import Interrupted
from codefavor.train.objective import require_steps
from codefavor.train.parameters import Trainable, graft
from codefavor.train.step_metrics import StepMetrics

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
    model: Path, pairs: list[PreferencePair], out: Path, *, resume: bool = False, on_step: Any = None, **settings: Any
) -> tuple[ExampleSet[Any], list[StepMetrics]]:
    config = require_steps(TrainConfig.model_validate({**QUICK, "model": str(model), **settings}))
    reports: list[StepMetrics] = []
    manifest = make_manifest("codefavor train", config.model_dump(mode="json"), [], config.seed)
    learned = train(pairs, config, out, manifest, resume=resume, on_step=on_step or reports.append)
    return learned, reports


def weights_of(folder: Path) -> dict[str, torch.Tensor]:
    return {
        f"{file.name}/{name}": tensor
        for file in folder.glob("*.safetensors")
        for name, tensor in load_file(file).items()
    }


def load(folder: Path) -> Judge:
    return load_judge(f"model:{folder}")


@pytest.mark.parametrize(
    "settings",
    [
        {"objective": "reward", "readout": "sum", "instruction": False, "layers": 1},
        {"objective": "reward", "readout": "sum"},
        {"objective": "reward", "train_layers": 1},
        {"objective": "reward", "lora_r": 4, "head_learning_rate": 0.1},
        {"objective": "classification"},
        {"objective": "order-free"},
        {"objective": "generation", "max_length": 800, "max_new_tokens": 60, "max_steps": 80},
    ],
)
def test_a_judge_learns_its_pairs_and_knows_them_after_loading(
    tiny_model: Path, learnable_pairs: list[PreferencePair], tmp_path: Path, settings: dict[str, Any]
) -> None:
    pairs = learnable_pairs[:4]
    learned, reports = run(tiny_model, pairs, tmp_path / "judge", **{"max_steps": 30, **settings})
    assert (learned.pairs, learned.truncated) == (4, 0)
    assert reports[-1].loss < 0.5 * reports[0].loss
    assert reports[-1].seconds_left == 0
    shown = [pair.present(side) for pair in pairs for side in ("A", "B")]
    verdicts = load(tmp_path / "judge").judge([each.comparison for each in shown])
    right = sum(verdict.choice == each.label for verdict, each in zip(verdicts, shown, strict=True))
    assert right / len(shown) == pytest.approx(reports[-1].accuracy, abs=0.26)


def test_adapters_trained_on_a_copy_are_grafted_onto_the_base_as_if_merged(tiny_model: Path) -> None:
    config = ClassificationConfig(model=str(tiny_model), lora_r=2)
    learner = ClassificationLearner(config)
    trainable = Trainable(learner, config)
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(1)
        for _, weight in trainable.named():
            weight.normal_()
    grafted = graft(learner.language_model, load_weights(tiny_model, "causal", memory="host"), 2, config)
    merged = trainable.merged()
    base = load_weights(tiny_model, "causal").state_dict()
    for name, weight in merged.state_dict().items():
        torch.testing.assert_close(grafted.state_dict()[name], weight)
        assert ("proj" in name) != torch.equal(weight, base[name])


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine can quantise")
def test_four_bits_are_refused_where_they_cannot_be_had(
    tiny_model: Path, learnable_pairs: list[PreferencePair], tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match="load_in_4bit needs a CUDA device"):
        run(tiny_model, learnable_pairs, tmp_path / "judge", load_in_4bit=True, lora_r=4)
    assert not (tmp_path / "judge").exists()


def test_recomputed_activations_give_the_same_weights(
    tiny_model: Path, learnable_pairs: list[PreferencePair], tmp_path: Path
) -> None:
    settings: dict[str, Any] = {"objective": "classification", "max_steps": 2}
    run(tiny_model, learnable_pairs[:4], tmp_path / "kept", **settings)
    run(tiny_model, learnable_pairs[:4], tmp_path / "again", gradient_checkpointing=True, **settings)
    kept, again = weights_of(tmp_path / "kept"), weights_of(tmp_path / "again")
    for name, weight in kept.items():
        torch.testing.assert_close(again[name], weight)


def test_bf16_computes_in_bf16_and_keeps_its_weights_in_fp32(
    tiny_model: Path, learnable_pairs: list[PreferencePair], tmp_path: Path
) -> None:
    losses = {}
    for bf16 in (False, True):
        _, reports = run(tiny_model, learnable_pairs[:4], tmp_path / str(bf16), bf16=bf16, max_steps=3, logging_steps=1)
        losses[bf16] = [metrics.loss for metrics in reports]
        assert {weight.dtype for weight in weights_of(tmp_path / str(bf16)).values()} == {torch.float32}
    assert losses[True] != losses[False]
    assert losses[True] == pytest.approx(losses[False], rel=0.02)


def test_only_what_is_to_be_trained_changes(
    tiny_model: Path, learnable_pairs: list[PreferencePair], tmp_path: Path
) -> None:
    run(tiny_model, learnable_pairs, tmp_path, objective="reward", train_layers=1, max_steps=3)
    before = load_file(tiny_model / "model.safetensors")
    after = load_file(tmp_path / "model.safetensors")
    changed = {name.split(".")[1] for name in after if not torch.equal(after[name], before[f"model.{name}"])}
    assert changed == {"2", "weight"}  # the highest layer and the norm after it


def test_a_stopped_run_goes_on_to_the_same_weights(
    tiny_model: Path, learnable_pairs: list[PreferencePair], tmp_path: Path
) -> None:
    settings: dict[str, Any] = {
        "objective": "reward",
        "num_train_epochs": 4,
        "max_steps": None,
        "save_steps": 100,
        "logging_steps": 1,
    }

    def stop_at_five(metrics: StepMetrics) -> None:
        if metrics.step == 5:
            os.kill(os.getpid(), signal.SIGINT)

    run(tiny_model, learnable_pairs, tmp_path / "whole", **settings)
    with pytest.raises(Interrupted):
        run(tiny_model, learnable_pairs, tmp_path / "stopped", on_step=stop_at_five, **settings)
    assert not (tmp_path / "stopped" / "judge.json").exists()
    with pytest.raises(UserError, match="or add --resume"):
        run(tiny_model, learnable_pairs, tmp_path / "stopped", **settings)
    with pytest.raises(UserError, match=r"other settings \(configuration or pairs\); choose another --out"):
        run(tiny_model, learnable_pairs[:20], tmp_path / "stopped", resume=True, **settings)
    _, reports = run(tiny_model, learnable_pairs, tmp_path / "stopped", resume=True, **settings)
    assert [metrics.step for metrics in reports] == [6, 7, 8, 9, 10, 11, 12]
    whole, stopped = weights_of(tmp_path / "whole"), weights_of(tmp_path / "stopped")
    assert all(torch.equal(tensor, stopped[name]) for name, tensor in whole.items())
    logs = [(tmp_path / name / "training.jsonl").read_text(encoding="utf-8") for name in ("whole", "stopped")]
    steps = [[json.loads(line)["loss"] for line in log.splitlines()] for log in logs]
    assert steps[0] == steps[1]


def test_a_judge_folder_says_what_it_is(
    tiny_model: Path, learnable_pairs: list[PreferencePair], tmp_path: Path
) -> None:
    learned, _ = run(
        tiny_model, learnable_pairs, tmp_path, objective="reward", max_steps=1, max_length=170, judge_max_length=300
    )
    assert learned.truncated > 0
    card = read_card(tmp_path)
    assert (card.objective, card.comments, card.max_length) == ("reward", "stripped", 300)
    assert json.loads((tmp_path / "manifest.json").read_text())["config"]["max_steps"] == 1
    readme = (tmp_path / "README.md").read_text()
    assert "| pairs | 24 (24 regress-evol) |" in readme
    assert f"| cut to 170 tokens | {learned.truncated} pairs |" in readme
    assert {path.name for path in tmp_path.iterdir()} >= {"model.safetensors", "head.safetensors", "tokenizer.json"}
    assert not (tmp_path / "checkpoint").exists()
    with pytest.raises(UserError, match="already holds a finished judge; choose another --out"):
        run(tiny_model, learnable_pairs, tmp_path, objective="reward")


def test_what_cannot_be_trained_is_refused_and_leaves_nothing(
    tiny_model: Path, learnable_pairs: list[PreferencePair], tmp_path: Path
) -> None:
    out = tmp_path / "judge"
    with pytest.raises(DataError, match="there is no pair to train on"):
        run(tiny_model, [], out)
    with pytest.raises(ModelError, match="nowhere: cannot be loaded"):
        run(tmp_path / "nowhere", learnable_pairs, out)
    with pytest.raises(ConfigError, match="has 3 layers, 9 were asked for"):
        run(tiny_model, learnable_pairs, out, objective="reward", layers=9)
    with pytest.raises(ConfigError, match="max_length 40 has no room"):
        run(tiny_model, learnable_pairs, out, max_length=40)
    assert not out.exists()
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(UserError, match="is not empty and holds no such run; choose another --out"):
        run(tiny_model, learnable_pairs, tmp_path)


def test_the_linear_control_is_a_judge_folder_too(learnable_pairs: list[PreferencePair], tmp_path: Path) -> None:
    config = LinearConfig()
    manifest = make_manifest("codefavor train", config.model_dump(mode="json"), [], config.seed)
    train_linear(learnable_pairs, config, tmp_path / "judge", manifest)
    assert read_card(tmp_path / "judge").objective == "linear"
    assert "# A judge of code: linear on token n-grams" in (tmp_path / "judge" / "README.md").read_text()
    verdict = load(tmp_path / "judge").judge([learnable_pairs[0].present("B").comparison])[0]
    assert verdict.choice == "B"
