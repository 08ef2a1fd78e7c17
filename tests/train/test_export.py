import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import yaml
from tiny_bases import BASES, make_base

from codefavor.errors import ConfigError, UserError
from codefavor.judges.generation_format import REPLY_FORMAT
from codefavor.manifest import make_manifest
from codefavor.models.pretrained import load_shapes, load_tokenizer, verdict_tokens
from codefavor.models.reply_tokens import ReplyTokens
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import StepsConfig, TrainConfig
from codefavor.train.examples import ReplyExample
from codefavor.train.export import export_training
from codefavor.train.learners import make_learner
from codefavor.train.objective import require_steps
from codefavor.train.trainer_configs import Tool

QUICK: dict[str, Any] = {
    "max_length": 700,
    "max_steps": 2,
    "per_device_train_batch_size": 3,
    "gradient_accumulation_steps": 1,
    "learning_rate": 0.01,
}
# axolotl-ai-cloud/axolotl, src/axolotl/utils/schemas/{config,model,training,peft,datasets}.py, looked up in July 2026.
AXOLOTL = set(
    "base_model chat_template datasets val_set_size train_on_inputs sequence_len excess_length_strategy sample_packing "
    "output_dir micro_batch_size num_epochs optimizer lr_scheduler embedding_lr special_tokens adapter load_in_4bit "
    "lora_r lora_alpha lora_dropout lora_target_linear gradient_accumulation_steps learning_rate warmup_steps "
    "weight_decay max_grad_norm bf16 gradient_checkpointing logging_steps save_steps seed max_steps".split()
)
AXOLOTL_DATASET = {"path", "ds_type", "type", "field_messages", "roles_to_train", "train_on_eos"}

# `trl sft` itself, with a look at what its training steps are given.
TRL = """
import json, os, sys, warnings
import trl
from trl.scripts.sft import main, make_parser

seen = []


class Watched(trl.SFTTrainer):
    def training_step(self, model, inputs, *rest):
        for ids, mask, labels in zip(*(inputs[name].tolist() for name in ("input_ids", "attention_mask", "labels"))):
            row = [token for token, here in zip(ids, mask) if here]
            seen.append([row, [token for token in labels if token != -100]])
        return super().training_step(model, inputs, *rest)


trl.SFTTrainer = Watched
found = {}
for folder in sys.argv[1:]:
    os.chdir(folder)
    seen.clear()
    parsed = make_parser().parse_args_and_config(["--config", "trl.yaml"])
    main(*parsed)
    found[folder] = {"rows": list(seen), "warmup": parsed[1].warmup_steps, "rate": parsed[1].learning_rate}
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_base(BASES["qwen2.5"], tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def pairs(learnable_pairs: list[PreferencePair]) -> list[PreferencePair]:
    said = "The chosen code is right. The rejected code raises."
    long = learnable_pairs[0].model_copy(update={"instruction": "add " * 400})
    return [pair.model_copy(update={"feedback": said}) for pair in (*learnable_pairs[:4], long)]


def export(pairs: list[PreferencePair], base: Path, out: Path, tool: Tool, **settings: Any) -> StepsConfig:
    if settings.get("objective") == "generation":
        settings["max_new_tokens"] = 60
    config = require_steps(TrainConfig.model_validate({"model": str(base), **QUICK, **settings}))
    manifest = make_manifest("codefavor train", config.model_dump(mode="json"), [], config.seed)
    assert export_training(pairs, config, out, manifest, tool) == 2 * len(pairs)
    return config


def ours(pairs: list[PreferencePair], config: StepsConfig) -> dict[tuple[int, ...], list[int]]:
    """The rows of our own run up to what is learned, and what is learned."""
    verdicts = verdict_tokens(load_tokenizer(config.model))
    with torch.device("meta"):
        learner = make_learner(config, load_shapes)
    found: dict[tuple[int, ...], list[int]] = {}
    for example in learner.examples(pairs).examples:
        if isinstance(example, ReplyExample):
            found[tuple(example.prompt)] = example.reply
        else:
            found[tuple(example.token_ids)] = [verdicts["AB".index(example.label)]]
    return found


def test_trl_trains_on_the_tokens_that_we_train_on(base: Path, pairs: list[PreferencePair], tmp_path: Path) -> None:
    configs = {
        tmp_path / "letter": export(pairs, base, tmp_path / "letter", "trl"),
        tmp_path / "reply": export(
            pairs, base, tmp_path / "reply", "trl", objective="generation", lora_r=2, warmup_steps=0
        ),
    }
    done = subprocess.run(
        [sys.executable, "-c", TRL, *map(str, configs)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "HF_HOME": str(tmp_path / "cache"), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"},
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    replies = ReplyTokens(load_tokenizer(base), REPLY_FORMAT)
    for folder, config in configs.items():
        told = found[str(folder)]
        assert (told["rate"], told["warmup"]) == (0.01, min(1, config.warmup_steps))
        rows = ours(pairs, config)
        assert len(told["rows"]) == 6
        for row, learned in told["rows"]:
            prompt = tuple(row[: len(row) - len(learned)])
            assert rows[prompt] == learned[: len(rows[prompt])]
            rest = learned[len(rows[prompt]) :]
            # TRL learns the template's end of the turn as well.
            assert rest == replies.encode("A\n")[1:] if config.objective == "generation" else rest[0] == replies.end
    assert (tmp_path / "letter" / "judge" / "model.safetensors").exists()
    assert (tmp_path / "reply" / "judge" / "adapter_config.json").exists()


def test_axolotl_is_told_the_paper_s_settings_in_its_words(
    base: Path, pairs: list[PreferencePair], tmp_path: Path
) -> None:
    paper = {"max_length": 2048, "max_steps": None, "per_device_train_batch_size": 4, "gradient_accumulation_steps": 8}
    config = export(pairs, base, tmp_path / "full", "axolotl", **paper, learning_rate=5e-6)
    told = yaml.safe_load((tmp_path / "full" / "axolotl.yaml").read_text(encoding="utf-8"))
    assert told.keys() <= AXOLOTL and told["datasets"][0].keys() <= AXOLOTL_DATASET
    assert (told["learning_rate"], told["num_epochs"], told["lr_scheduler"]) == (5e-6, 2, "cosine")
    assert (told["micro_batch_size"], told["gradient_accumulation_steps"], told["train_on_inputs"]) == (4, 8, False)
    assert told["datasets"][0]["train_on_eos"] == "none" and "adapter" not in told
    lines = (tmp_path / "full" / told["datasets"][0]["path"]).read_text(encoding="utf-8").splitlines()
    tokenizer = load_tokenizer(base)
    rows = ours(pairs, config)
    for line in lines:
        turns = json.loads(line)["messages"]
        assert [turn["role"] for turn in turns] == ["user", "assistant"]
        asked = tokenizer.apply_chat_template(turns[:1], tokenize=False, add_generation_prompt=True)
        assert tokenizer.decode(rows[tuple(tokenizer.encode(asked, add_special_tokens=False))]) == turns[1]["content"]
    export(pairs, base, tmp_path / "lora", "axolotl", objective="generation", lora_r=8, load_in_4bit=True)
    told = yaml.safe_load((tmp_path / "lora" / "axolotl.yaml").read_text(encoding="utf-8"))
    assert told.keys() <= AXOLOTL and told["datasets"][0]["train_on_eos"] == "turn"
    assert (told["adapter"], told["load_in_4bit"], told["lora_r"]) == ("qlora", True, 8)


def test_what_a_tool_has_no_words_for_is_refused(base: Path, pairs: list[PreferencePair], tmp_path: Path) -> None:
    refused: list[tuple[Tool, dict[str, Any], str]] = [
        ("trl", {"objective": "reward"}, "only classification and generation"),
        ("axolotl", {"train_layers": 1}, "train_layers cannot be exported"),
        ("trl", {"embedding_learning_rate": 1e-3}, "embedding_learning_rate cannot be exported to TRL"),
    ]
    for tool, settings, words in refused:
        with pytest.raises(ConfigError, match=words):
            export(pairs, base, tmp_path / "out", tool, **settings)
    assert not (tmp_path / "out").exists()
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(UserError, match="is not empty"):
        export(pairs, base, tmp_path, "trl")
