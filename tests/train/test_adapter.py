import json
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import PreTrainedModel

from codefavor.errors import ConfigError, ModelError
from codefavor.judges.card import read_card
from codefavor.judges.load import load_judge
from codefavor.manifest import Manifest, make_manifest
from codefavor.models.pretrained import load_weights
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import TrainConfig
from codefavor.train.language_model import train_language_model as train
from codefavor.train.merge import merge_judges, merge_plain_adapters
from codefavor.train.objective import require_steps

# PEFT asks transformers for something by a name that the latter is about to drop.
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")
MANIFEST: Manifest = make_manifest("codefavor merge", {}, [], 0)


def adapter(base: Path, folder: Path, seed: int, **settings: Any) -> Path:
    """Write a random adapter as PEFT does."""
    lora = LoraConfig(**{"r": 2, "lora_alpha": 6, "target_modules": ["q_proj", "down_proj"], **settings})
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(seed)
        model = get_peft_model(load_weights(base, "causal"), lora)
        for name, weight in model.named_parameters():
            if "lora_" in name:
                weight.normal_()
    model.peft_config["default"].base_model_name_or_path = str(base)
    model.save_pretrained(str(folder))
    return folder


def applied(base: Path, folder: Path) -> PreTrainedModel:
    whole: PreTrainedModel = PeftModel.from_pretrained(load_weights(base, "causal"), str(folder)).merge_and_unload()
    return whole


def test_a_merged_adapter_adds_the_weighted_sum_of_what_they_add(tiny_model: Path, tmp_path: Path) -> None:
    parents = [
        adapter(tiny_model, tmp_path / "a", 1),
        adapter(tiny_model, tmp_path / "b", 2, r=4, lora_alpha=2),
        adapter(tiny_model, tmp_path / "c", 3, use_rslora=True),
    ]
    merge_plain_adapters(parents, [1, 2, 1], tmp_path / "out")
    assert json.loads((tmp_path / "out" / "adapter_config.json").read_text())["r"] == 2 + 4 + 2
    base = load_weights(tiny_model, "causal").state_dict()
    merged = applied(tiny_model, tmp_path / "out").state_dict()
    added = [applied(tiny_model, parent).state_dict() for parent in parents]
    moved = 0
    for name, weight in base.items():
        expected = sum(share * (other[name] - weight) for share, other in zip((0.25, 0.5, 0.25), added, strict=True))
        torch.testing.assert_close(merged[name] - weight, expected, atol=1e-6, rtol=1e-4)
        moved += bool((merged[name] != weight).any())
    assert moved == 3 * 2
    # The average of the factors is another matrix.
    key = "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"
    assert load_file(tmp_path / "out" / "adapter_model.safetensors")[key].shape == (8, 16)


def test_adapters_that_cannot_be_added_are_refused(tiny_model: Path, tmp_path: Path) -> None:
    first = adapter(tiny_model, tmp_path / "a", 1)
    elsewhere = adapter(tiny_model, tmp_path / "b", 1)
    config = json.loads((elsewhere / "adapter_config.json").read_text())
    (elsewhere / "adapter_config.json").write_text(json.dumps({**config, "base_model_name_or_path": "x"}))
    embedding = adapter(tiny_model, tmp_path / "e", 1)
    tensors = load_file(embedding / "adapter_model.safetensors")
    save_file({**tensors, "base_model.model.lm_head.weight": torch.ones(2, 2)}, embedding / "adapter_model.safetensors")
    for number, (other, words) in enumerate(
        (
            (elsewhere, "its base is not that of"),
            (adapter(tiny_model, tmp_path / "c", 1, target_modules=["q_proj"]), "adapts other modules"),
            (adapter(tiny_model, tmp_path / "d", 1, use_dora=True), "use_dora"),
            (embedding, "is no factor of a linear layer"),
        )
    ):
        with pytest.raises(ModelError, match=words):
            merge_plain_adapters([first, other], [1, 1], tmp_path / f"out-{number}")
    with pytest.raises(ConfigError, match="give at least two"):
        merge_plain_adapters([first], [1], tmp_path / "out-9")
    assert not list(tmp_path.glob("out-*"))


@pytest.mark.parametrize("objective", ["classification", "generation"])
def test_a_judge_kept_as_an_adapter_judges_as_the_merged_one(
    tiny_model: Path, learnable_pairs: list[PreferencePair], tmp_path: Path, objective: str
) -> None:
    shown = [pair.present("A").comparison for pair in learnable_pairs[:1]]
    pairs = learnable_pairs[:2]
    judged: dict[str, list[Any]] = {}
    settings: dict[str, Any] = {"objective": objective, "max_length": 800, "max_steps": 2}
    if objective == "generation":
        settings["max_new_tokens"] = 12
    settings |= {"model": str(tiny_model), "lora_r": 2, "learning_rate": 0.05, "gradient_accumulation_steps": 1}
    for name, kept in (("whole", False), ("kept", True)):
        config = require_steps(TrainConfig.model_validate({**settings, "keep_adapter": kept}))
        train(pairs, config, tmp_path / name, MANIFEST, on_step=lambda metrics: None)
        judged[name] = load_judge(f"model:{tmp_path / name}").judge(shown)
    assert read_card(tmp_path / "kept").adapter and not read_card(tmp_path / "whole").adapter
    assert [path.name for path in (tmp_path / "kept").glob("*.safetensors")] == ["adapter_model.safetensors"]
    for one, other in zip(judged["whole"], judged["kept"], strict=True):
        assert (one.choice, one.feedback) == (other.choice, other.feedback)
        assert one.prob_a is None or one.prob_a == pytest.approx(other.prob_a, abs=1e-5)
    card = merge_judges([tmp_path / "kept", tmp_path / "kept"], [1, 1], tmp_path / "merged", MANIFEST)
    assert card.adapter and card.parents is not None
    again = load_judge(f"model:{tmp_path / 'merged'}").judge(shown)
    assert [each.choice for each in again] == [each.choice for each in judged["kept"]]
    with pytest.raises(ModelError, match="adapter"):
        merge_judges([tmp_path / "kept", tmp_path / "whole"], [1, 1], tmp_path / "out", MANIFEST)
