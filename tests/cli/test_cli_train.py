import json
import os
import subprocess
from pathlib import Path

import torch

from codefavor.jsonl import write_records
from codefavor.models.cpu_features import multiplies_bf16
from codefavor.pairs.pair import PreferencePair
from command_runs import run
from made_pairs import make_pair

QUICK = ["--max-steps", "2", "--objective", "reward", "--layers", "1"]


def codefavor(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return run(*arguments, environment={"OMP_NUM_THREADS": "1", **environment})


def test_train_writes_a_judge(tiny_model: Path, learnable_pairs: list[PreferencePair], tmp_path: Path) -> None:
    write_records(tmp_path / "pairs.jsonl", learnable_pairs)
    out = tmp_path / "judge"
    done = codefavor("train", "--pairs", tmp_path / "pairs.jsonl", "--model", tiny_model, "--out", out, *QUICK)
    assert (done.returncode, done.stdout) == (0, f"{out}: a reward judge, trained on 24 pairs\n"), done.stderr
    assert (out / "judge.json").exists()
    difference = tmp_path / "difference"
    options = ("--objective", "difference", "--model", tiny_model, "--layers", "2")
    done = codefavor("train", "--pairs", tmp_path / "pairs.jsonl", *options, "--out", difference)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{difference}: a difference judge, trained on 24 pairs\n"
    linear = tmp_path / "linear"
    done = codefavor("train", "--pairs", tmp_path / "pairs.jsonl", "--objective", "linear", "--out", linear)
    assert (done.returncode, done.stdout) == (0, f"{linear}: a linear judge, trained on 24 pairs\n"), done.stderr


def test_bf16_is_dropped_aloud_where_the_processor_has_none(
    tiny_model: Path, learnable_pairs: list[PreferencePair], tmp_path: Path
) -> None:
    write_records(tmp_path / "pairs.jsonl", learnable_pairs)
    (tmp_path / "bf16.yaml").write_text("bf16: true\n")
    command: list[str | Path] = [
        "--pairs",
        tmp_path / "pairs.jsonl",
        "--config",
        tmp_path / "bf16.yaml",
        "--model",
        tiny_model,
    ]
    done = codefavor("train", *command, *QUICK, "--out", tmp_path / "judge", CUDA_VISIBLE_DEVICES="")
    assert done.returncode == 0, done.stderr
    has_bf16 = multiplies_bf16(torch.device("cpu"))
    trained_with = json.loads((tmp_path / "judge" / "manifest.json").read_text())["config"]
    assert trained_with["bf16"] == has_bf16
    assert ("training in fp32" in done.stderr) != has_bf16


def test_a_dry_run_says_what_would_be_and_writes_nothing(
    tiny_model: Path, learnable_pairs: list[PreferencePair], tmp_path: Path
) -> None:
    write_records(tmp_path / "pairs.jsonl", learnable_pairs)
    shell = tmp_path / "shell"
    shell.mkdir()
    for path in tiny_model.iterdir():
        if path.suffix != ".safetensors":
            (shell / path.name).write_bytes(path.read_bytes())
    before = {path.name for path in tmp_path.iterdir()}
    pairs = ("train", "--pairs", tmp_path / "pairs.jsonl")
    command = (*pairs, "--model", shell, "--max-length", "600")
    done = codefavor(*command, "--dry-run")
    assert (done.returncode, done.stderr) == (0, "")
    assert "<assistant>⟦A⟧" in done.stdout and "<assistant>⟦B⟧" in done.stdout
    assert "steps: 4 of 4 x 8 examples, 2 a pass, 2 of warm-up" in done.stdout
    assert "all weights" in done.stdout and "<- configured" in done.stdout
    done = codefavor(*command, "--dry-run", "--objective", "linear")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "model: no setting of the linear objective, only of classification" in done.stderr
    done = codefavor(*pairs, "--dry-run", "--objective", "linear")
    assert done.returncode == 0 and "24 pairs; the linear objective trains no language model" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == before
    done = codefavor(*command)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "--out is missing" in done.stderr


def test_bad_input_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "recipe.yaml").write_text("objective: magic\n", encoding="utf-8")
    out = tmp_path / "judge"
    cases = {
        "none.jsonl: no such file": ("--pairs", tmp_path / "none.jsonl"),
        "recipe.yaml: objective": ("--pairs", tmp_path / "empty.jsonl", "--config", tmp_path / "recipe.yaml"),
        "no pairs to train on": ("--pairs", tmp_path / "empty.jsonl", "--objective", "linear"),
    }
    for message, arguments in cases.items():
        done = codefavor("train", *arguments, "--out", out)
        assert done.returncode == 2
        assert message in done.stderr
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1
    assert not out.exists()


def test_a_missing_extra_is_named(learnable_pairs: list[PreferencePair], tmp_path: Path) -> None:
    write_records(tmp_path / "pairs.jsonl", learnable_pairs)
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')\n")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = codefavor("train", "--pairs", tmp_path / "pairs.jsonl", "--out", tmp_path / "judge", PYTHONPATH=path)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "torch is not installed; run: pip install 'codefavor[train]'" in done.stderr


def test_it_learns_from_what_the_evidence_confirms_alone(tmp_path: Path) -> None:
    largest = "def largest(x):\n    return max(x)"
    rejected = {"return x[0]": "confirmed", "return min(x)": "confirmed", "return sorted(x)[-1]": "untestable"}
    pairs = [
        make_pair(
            largest,
            f"def largest(x):\n    {body}",
            instruction="Return the largest number of a list.\n>>> largest([1, 3, 2])\n3",
            source_id=body,
        )
        for body in rejected
    ]
    write_records(tmp_path / "pairs.jsonl", pairs)
    verified = codefavor("pairs", "verify", tmp_path / "pairs.jsonl", "--out", tmp_path / "verified")
    assert verified.returncode == 0, verified.stderr
    made = tmp_path / "verified" / "pairs.jsonl"
    linear = ("train", "--pairs", made, "--objective", "linear")
    done = codefavor(*linear, "--only", "confirmed", "--out", tmp_path / "judge")
    assert (done.returncode, done.stderr) == (0, "2 pairs are confirmed\n")
    assert done.stdout.endswith("a linear judge, trained on 2 pairs\n")
    assert (tmp_path / "judge" / "judge.json").exists()
    none = codefavor(*linear, "--only", "refuted", "--out", tmp_path / "none")
    assert none.returncode == 2
    assert "no pairs to train on" in none.stderr
    assert not (tmp_path / "none").exists()
