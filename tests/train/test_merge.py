import json
import threading
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from safetensors.torch import load_file, save_file

from codefavor.errors import ConfigError, ModelError
from codefavor.judges.card import JudgeCard, RewardShape, read_card, write_card
from codefavor.judges.load import load_judge
from codefavor.manifest import Manifest, make_manifest
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import LinearConfig
from codefavor.train.linear import train_linear
from codefavor.train.merge import merge_judges, mergekit_config
from command_runs import run

MANIFEST: Manifest = make_manifest("codefavor merge", {}, [], 0)


def judge(folder: Path, fill: float, shards: int = 1, **changed: Any) -> Path:
    folder.mkdir()
    for shard in range(shards):
        rows = torch.full((3, 4), fill, dtype=torch.bfloat16)
        tensors = {f"layer.{shard}.weight": rows, f"layer.{shard}.bias": torch.full((4,), fill)}
        save_file(tensors, folder / f"model-{shard}.safetensors")
    card = JudgeCard(objective="reward", format="f", comments="stripped", reward=RewardShape())
    write_card(folder, card.model_copy(update=changed))
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    return folder


def test_weights_are_averaged_by_their_shares_and_keep_their_types(tmp_path: Path) -> None:
    parents = [judge(tmp_path / "a", 1.0, shards=2), judge(tmp_path / "b", 3.0, shards=2)]
    card = merge_judges(parents, [3, 1], tmp_path / "out", MANIFEST)
    for shard in range(2):
        merged = load_file(tmp_path / "out" / f"model-{shard}.safetensors")
        assert merged[f"layer.{shard}.weight"].dtype == torch.bfloat16
        assert all(torch.equal(tensor, torch.full_like(tensor, 1.5)) for tensor in merged.values())
    assert card == read_card(tmp_path / "out") and list((card.parents or {}).values()) == [0.75, 0.25]
    assert (tmp_path / "out" / "tokenizer.json").exists()


def test_a_judge_averaged_with_itself_is_itself(tmp_path: Path, learnable_pairs: list[PreferencePair]) -> None:
    train_linear(learnable_pairs, LinearConfig(), tmp_path / "a", MANIFEST)
    merge_judges([tmp_path / "a", tmp_path / "a"], [0.3, 0.7], tmp_path / "out", MANIFEST)
    comparisons = [pair.present("A").comparison for pair in learnable_pairs]
    before, after = (load_judge(f"model:{tmp_path / name}").judge(comparisons) for name in ("a", "out"))
    assert [verdict.prob_a for verdict in after] == pytest.approx([verdict.prob_a for verdict in before])


def own_memory() -> int:
    """Return the bytes of this process that are not pages of files."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:"))


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's account of memory")
def test_memory_is_that_of_a_tensor_and_not_of_the_judges(tmp_path: Path) -> None:
    size, count = 1_000_000, 60
    for name in ("a", "b"):
        judge(tmp_path / name, 1.0)
        save_file({f"w{n}": torch.zeros(size) for n in range(count)}, tmp_path / name / "model-0.safetensors")
    ended, most = threading.Event(), 0

    def watch() -> None:
        nonlocal most
        while not ended.wait(0.002):
            most = max(most, own_memory())

    watcher = threading.Thread(target=watch)
    before = own_memory()
    watcher.start()
    merge_judges([tmp_path / "a", tmp_path / "b"], [1, 1], tmp_path / "out", MANIFEST)
    ended.set()
    watcher.join()
    assert 0 < most - before < count * 4 * size / 3
    assert len(load_file(tmp_path / "out" / "model-0.safetensors")) == count


def test_unlike_judges_are_refused(tmp_path: Path) -> None:
    first = judge(tmp_path / "a", 1.0)
    for name, other, words in (
        ("b", judge(tmp_path / "b", 1.0, comments="kept"), "comments"),
        ("c", judge(tmp_path / "c", 1.0, base_model="x"), "base model"),
        ("d", judge(tmp_path / "d", 1.0, shards=2), "shape"),
    ):
        with pytest.raises(ModelError, match=words):
            merge_judges([first, other], [1, 1], tmp_path / f"out-{name}", MANIFEST)
    own_units = judge(tmp_path / "f", 1.0, objective="difference")
    with pytest.raises(ModelError, match="fit one on all pairs"):
        merge_judges([own_units, own_units], [1, 1], tmp_path / "out-f", MANIFEST)
    words_of_another = judge(tmp_path / "e", 1.0)
    (words_of_another / "tokenizer.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ModelError, match="vocabulary"):
        merge_judges([first, words_of_another], [1, 1], tmp_path / "out-e", MANIFEST)
    for weights in ([1.0], [0.0, 0.0], [-1.0, 2.0]):
        with pytest.raises(ConfigError):
            merge_judges([first, first], weights, tmp_path / "out-w", MANIFEST)
    assert not list(tmp_path.glob("out-*"))


def test_mergekit_is_told_the_same_shares() -> None:
    config = yaml.safe_load(mergekit_config([Path("a"), Path("b")], [1, 3]))
    assert config["merge_method"] == "linear"
    assert [model["parameters"]["weight"] for model in config["models"]] == [0.25, 0.75]


def test_the_command_sweeps_and_names_the_best(tmp_path: Path, learnable_pairs: list[PreferencePair]) -> None:
    backwards = [pair.model_copy(update={"chosen": pair.rejected, "rejected": pair.chosen}) for pair in learnable_pairs]
    train_linear(learnable_pairs, LinearConfig(), tmp_path / "right", MANIFEST)
    train_linear(backwards, LinearConfig(), tmp_path / "wrong", MANIFEST)
    held_out = tmp_path / "pairs.jsonl"
    held_out.write_text("".join(pair.model_dump_json() + "\n" for pair in learnable_pairs), encoding="utf-8")
    merge = ("merge", tmp_path / "right", tmp_path / "wrong")
    swept = run(*merge, "--sweep", held_out, "--steps", 2, "--out", tmp_path / "sweep")
    assert swept.returncode == 0, swept.stderr
    assert str(tmp_path / "sweep" / "best") in swept.stdout and "100.0" in swept.stdout
    assert {path.name for path in (tmp_path / "sweep").iterdir()} == {"best", "sweep.jsonl", "settings.json"}
    trials = [json.loads(line) for line in (tmp_path / "sweep" / "sweep.jsonl").read_text().splitlines()]
    assert [trial["share"] for trial in trials] == [0.0, 0.5, 1.0] and trials[0]["accuracy"] == 1.0
    card = read_card(tmp_path / "sweep" / "best")
    assert list((card.parents or {}).values()) == [1.0, 0.0]
    again = run(*merge, "--out", tmp_path / "right")
    assert again.returncode == 2 and "already holds a finished judge" in again.stderr
