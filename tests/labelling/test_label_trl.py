"""The set as TRL sees it: loaded by `datasets`, a step of DPO and one of a reward model on it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from label_samples import SHORTER, rows, write_samples

from loopback.runs import codefavor

# A program of its own: TRL warns about its own future, and our tests treat warnings as errors.
_TRAIN = """
import sys
from datasets import load_dataset
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from trl import DPOConfig, DPOTrainer, RewardConfig, RewardTrainer

out, chat, model, work = sys.argv[1:]
loaded = load_dataset(out, split="train", cache_dir=work + "/cache")
lines = load_dataset("json", data_files=out + "/preferences.jsonl", split="train", cache_dir=work + "/cache")
assert lines.to_list() == loaded.to_list(), "JSON Lines and Parquet differ"
common = dict(max_steps=1, per_device_train_batch_size=2, report_to=[], use_cpu=True, bf16=False, max_length=96)
losses = {"rows": len(loaded)}
for name, rows in (("plain", loaded), ("chat", load_dataset(chat, split="train", cache_dir=work + "/cache"))):
    tokenizer = AutoTokenizer.from_pretrained(model)
    tokenizer.eos_token = tokenizer.pad_token
    arguments = DPOConfig(output_dir=f"{work}/dpo-{name}", **common)
    dpo = DPOTrainer(model=model, args=arguments, train_dataset=rows, processing_class=tokenizer)
    losses[f"dpo {name}"] = dpo.train().training_loss
scorer = AutoModelForSequenceClassification.from_pretrained(model, num_labels=1)
arguments = RewardConfig(output_dir=work + "/reward", logging_steps=1, **common)
reward = RewardTrainer(model=scorer, args=arguments, train_dataset=loaded, processing_class=tokenizer)
losses["reward"] = reward.train().training_loss
import json
print(json.dumps(losses))
"""


def test_datasets_and_trl_take_the_set_as_it_is(tmp_path: Path, tiny_model: Path) -> None:
    samples = write_samples(tmp_path / "samples.jsonl", rows(24))
    for name, more in (("plain", ()), ("chat", ("--chat",))):
        done = codefavor("label", samples, *SHORTER, *more, "--out", tmp_path / name)
        assert done.returncode == 0, done.stderr
    offline = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-c", _TRAIN, *map(str, (tmp_path / "plain", tmp_path / "chat", tiny_model, tmp_path))]
    trained = subprocess.run(command, capture_output=True, text=True, check=False, env=offline)
    assert trained.returncode == 0, trained.stderr[-2000:]
    losses = json.loads(trained.stdout.splitlines()[-1])
    yields = json.loads((tmp_path / "plain" / "yield.json").read_text())
    assert losses["rows"] == yields["kept"]
    # Before anything is learned DPO's loss is log 2; the reward trainer's is more, as it asks for the margin.
    assert abs(losses["dpo plain"] - 0.6931) < 1e-3 and abs(losses["dpo chat"] - 0.6931) < 1e-3
    assert losses["reward"] > 1
