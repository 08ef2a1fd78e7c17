import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from accelerate.commands.config.config_args import load_config_from_file
from safetensors import safe_open
from safetensors.torch import load_file

from codefavor.errors import ConfigError, MissingExtraError
from codefavor.jsonl import read_records, write_records
from codefavor.judges.load import load_judge
from codefavor.manifest import make_manifest
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import ClassificationConfig, StepsConfig, TokenConfig, TrainConfig
from codefavor.train.ddp import DdpEngine
from codefavor.train.dtype import suited
from codefavor.train.engine import Engine
from codefavor.train.language_model import train_language_model as train
from codefavor.train.launch import Launch, read_launch
from codefavor.train.loop import Interrupted
from codefavor.train.objective import require_steps
from codefavor.train.schedule import rate_factor, total_steps
from codefavor.train.step_metrics import StepMetrics

CONFIGS = Path(__file__).parents[2] / "configs" / "accelerate"
QUICK: dict[str, Any] = {
    "max_length": 512,
    "learning_rate": 0.003,
    "warmup_steps": 2,
    "max_steps": 6,
    "per_device_train_batch_size": 4,
    # Two processes cannot share three batches evenly; 48 examples leave no last step smaller than the others.
    "gradient_accumulation_steps": 3,
    "logging_steps": 1,
    "save_steps": 1000,
}
SECONDS = 600
ZERO3 = pytest.mark.skipif(find_spec("deepspeed") is None, reason="DeepSpeed is not installed (extra deepspeed)")


class Runs:
    """The same run in one process and in two."""

    def __init__(self, model: Path, pairs: list[PreferencePair], folder: Path) -> None:
        self.model, self.pairs, self.folder = model, pairs, folder
        write_records(folder / "pairs.jsonl", pairs)

    def config(self, **settings: Any) -> StepsConfig:
        return require_steps(TrainConfig.model_validate({**QUICK, "model": str(self.model), **settings}))

    def alone(self, name: str, resume: bool = False, stop_at: int | None = None, **settings: Any) -> Path:
        # As the command does, which the processes run.
        config, out = suited(self.config(**settings)), self.folder / name
        manifest = make_manifest("codefavor train", config.model_dump(mode="json"), [], config.seed)

        def stop(metrics: StepMetrics) -> None:
            if metrics.step == stop_at:
                signal.raise_signal(signal.SIGINT)

        train(self.pairs, config, out, manifest, resume=resume, on_step=stop)
        return out

    def launched(
        self, name: str, launcher: str, count: int = 2, resume: bool = False, **settings: Any
    ) -> "subprocess.Popen[str]":
        recipe = self.folder / f"{name}.yaml"
        recipe.write_text(yaml.safe_dump(self.config(**settings).model_dump(mode="json")), encoding="utf-8")
        command = [sys.executable, "-m", "accelerate.commands.launch", "--config_file", str(CONFIGS / launcher)]
        command += ["--num_processes", str(count), "--main_process_port", "0"]
        command += ["-m", "codefavor", "train", "--config", str(recipe)]
        command += ["--pairs", str(self.folder / "pairs.jsonl"), "--out", str(self.folder / name)]
        command += ["--resume"] * resume
        return subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # DeepSpeed would say that it has found no other accelerator.
            env={**os.environ, "OMP_NUM_THREADS": "1", "DS_ACCELERATOR": "cpu"},
        )


@pytest.fixture
def runs(tiny_model: Path, learnable_pairs: list[PreferencePair], tmp_path: Path) -> Iterator[Runs]:
    # Threads that spin for so small a model only keep the launched processes waiting.
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield Runs(tiny_model, learnable_pairs, tmp_path)
    torch.set_num_threads(threads)


def rounded_apart(config: TokenConfig) -> float:
    """How far apart rounding to bf16 may bring the weights of two runs that add up the same numbers in another order.

    Sums that differ in their last bit round to neighbours, 2^-8 of their size apart, and gradients are made of such
    sums. AdamW moves a weight by its rate at the most, or near to it, so in a step the two part by 2^-8 of the rate.
    Adapters are folded in as alpha / r times the product of B, which moves so, and A, whose columns of r entries sum up
    to less than one. A batch that no process reads moves weights thirty times as far as this allows.
    """
    steps = total_steps(config, examples=0)
    rates = config.learning_rate * sum(rate_factor(config, step, steps) for step in range(steps))
    return 2**-8 * rates * (config.lora_alpha / config.lora_r if config.lora_r else 1.0)


def assert_alike(one: Path, other: Path, apart: float = 2e-5) -> None:
    for file in ("model.safetensors", "head.safetensors"):
        if (one / file).exists():
            here, there = load_file(one / file), load_file(other / file)
            assert here.keys() == there.keys()
            for name, weight in here.items():
                torch.testing.assert_close(there[name], weight, atol=apart, rtol=1e-4)
    here_said, there_said = (list(read_records(folder / "training.jsonl", StepMetrics)) for folder in (one, other))
    assert [each.step for each in there_said] == [each.step for each in here_said]
    assert [each.loss for each in there_said] == pytest.approx([each.loss for each in here_said], rel=max(1e-4, apart))
    assert [each.accuracy for each in there_said] == pytest.approx([each.accuracy for each in here_said])
    assert {path.name for path in one.iterdir()} == {path.name for path in other.iterdir()}
    assert (one / "config.json").read_bytes() == (other / "config.json").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("launcher", "settings"),
    [
        ("ddp.yaml", {}),
        ("fsdp.yaml", {"objective": "classification", "lora_r": 4, "gradient_checkpointing": True}),
        pytest.param("zero3.yaml", {"lora_r": 3, "gradient_checkpointing": True, "bf16": True}, marks=ZERO3),
    ],
)
def test_two_processes_train_the_judge_of_one(runs: Runs, launcher: str, settings: dict[str, Any]) -> None:
    started = runs.launched("two", launcher, **settings)
    one = runs.alone("one", **settings)
    said, complained = started.communicate(timeout=SECONDS)
    assert started.returncode == 0, complained
    assert said == f"{runs.folder / 'two'}: a classification judge, trained on 24 pairs\n"
    config = suited(runs.config(**settings))
    assert_alike(
        one, runs.folder / "two", rounded_apart(config) if isinstance(config, TokenConfig) and config.bf16 else 2e-5
    )
    shown = [pair.present("A").comparison for pair in runs.pairs[:3]]
    verdicts = [load_judge(f"model:{folder}").judge(shown) for folder in (one, runs.folder / "two")]
    assert [each.prob_a for each in verdicts[1]] == pytest.approx([each.prob_a for each in verdicts[0]], abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("launcher", ["fsdp.yaml", pytest.param("zero3.yaml", marks=ZERO3)])
def test_sharded_processes_stop_together_and_one_goes_on(runs: Runs, launcher: str) -> None:
    settings: dict[str, Any] = {"objective": "reward", "readout": "sum", "max_steps": 40, "head_learning_rate": 0.01}
    started = runs.launched("two", launcher, **settings)
    log = runs.folder / "two" / "training.jsonl"
    until = time.monotonic() + SECONDS
    while started.poll() is None and time.monotonic() < until:
        if log.exists() and log.read_text(encoding="utf-8").count("\n") >= 2:
            break
        time.sleep(0.01)
    started.send_signal(signal.SIGINT)
    _, complained = started.communicate(timeout=SECONDS)
    assert "the same command with --resume goes on from the last checkpoint" in complained
    assert complained.count("stopped; the same command") == 1
    with safe_open(runs.folder / "two" / "checkpoint" / "state.safetensors", "pt") as saved:
        progress = json.loads(saved.metadata()["progress"])
    assert 2 <= progress["step"] < 40
    assert not (runs.folder / "two" / "judge.json").exists()
    assert_alike(runs.alone("one", **settings), runs.alone("two", resume=True, **settings))


@ZERO3
@pytest.mark.slow
def test_sharded_processes_go_on_where_one_stopped(runs: Runs) -> None:
    settings: dict[str, Any] = {"objective": "reward", "readout": "sum", "head_learning_rate": 0.01}
    with pytest.raises(Interrupted):
        runs.alone("three", stop_at=3, **settings)
    # The weights do not divide by three: their last parts are filled up.
    started = runs.launched("three", "zero3.yaml", count=3, resume=True, **settings)
    one = runs.alone("one", **settings)
    _, complained = started.communicate(timeout=SECONDS)
    assert started.returncode == 0, complained
    assert_alike(one, runs.folder / "three")


def test_batches_are_shared_out_and_nobody_waits_for_ever() -> None:
    engines = [DdpEngine(Launch(index=index, count=3)) for index in range(3)]
    for count in (1, 2, 3, 7):
        batches = list(range(count))
        shares = [engine.share(batches) for engine in engines]
        assert len({len(share) for share in shares}) == 1
        assert sorted(batch for share in shares for batch, counts in share if counts) == batches
    assert Engine().share([1, 2]) == [(1, True), (2, True)]
    with pytest.raises(ConfigError, match="gradient_accumulation_steps is 2 and there are 3 processes"):
        engines[0].check(ClassificationConfig(gradient_accumulation_steps=2))


def test_the_launcher_is_understood_or_refused() -> None:
    two = {"WORLD_SIZE": "2", "RANK": "1", "LOCAL_RANK": "1"}
    assert read_launch({}) == Launch() and read_launch({}).main
    assert read_launch(two) == Launch(index=1, count=2, local_index=1)
    sharded = {**two, "ACCELERATE_USE_FSDP": "true", "FSDP_VERSION": "2", "FSDP_RESHARD_AFTER_FORWARD": "false"}
    assert read_launch(sharded) == Launch(index=1, count=2, local_index=1, sharing="fsdp", reshard=False)
    with pytest.raises(ConfigError, match="version 1"):
        read_launch({**sharded, "FSDP_VERSION": "1"})


def test_deepspeed_is_driven_at_stage_3_without_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = {"WORLD_SIZE": "2", "ACCELERATE_USE_DEEPSPEED": "true", "ACCELERATE_DEEPSPEED_ZERO_STAGE": "3"}
    assert read_launch(asked) == Launch(count=2, sharing="deepspeed")
    with pytest.raises(ConfigError, match="ZeRO stage 2 is not supported; set zero_stage: 3"):
        read_launch({**asked, "ACCELERATE_DEEPSPEED_ZERO_STAGE": "2"})
    assert read_launch({**asked, "ACCELERATE_DEEPSPEED_OFFLOAD_PARAM_DEVICE": "none"}).sharing == "deepspeed"
    with pytest.raises(ConfigError, match="offloading by DeepSpeed is not supported"):
        read_launch({**asked, "ACCELERATE_DEEPSPEED_OFFLOAD_OPTIMIZER_DEVICE": "cpu"})
    with pytest.raises(ConfigError, match=r"own\.json: a DeepSpeed configuration is not read"):
        read_launch({**asked, "ACCELERATE_DEEPSPEED_CONFIG_FILE": "own.json"})
    monkeypatch.setitem(sys.modules, "deepspeed", None)
    monkeypatch.delitem(sys.modules, "codefavor.train.deepspeed", raising=False)
    manifest = make_manifest("codefavor train", {}, [], 0)
    with pytest.raises(MissingExtraError, match=r"deepspeed is not installed; .* 'codefavor\[deepspeed\]'"):
        train(
            [],
            ClassificationConfig(),
            tmp_path / "judge",
            manifest,
            on_step=lambda metrics: None,
            launch=read_launch(asked),
        )


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_accelerate_reads_what_is_shipped(path: Path) -> None:
    config = load_config_from_file(str(path))
    assert config.distributed_type.value == {"ddp": "MULTI_GPU", "fsdp": "FSDP", "zero3": "DEEPSPEED"}[path.stem]
    assert config.mixed_precision == "no"
