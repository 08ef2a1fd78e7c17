import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from codefavor.models.pretrained import load_weights
from codefavor.train.config import ClassificationConfig
from codefavor.train.memory import Batch, count_parameters, estimate_memory
from conftest import character_tokenizer
from tiny_models import save_tiny_model

BATCH = Batch(rows=4, tokens=256, answers=1)
FACTOR = 1.4
"""How far the estimate may be from what a run takes, either way."""
WAYS: list[dict[str, Any]] = [{}, {"bf16": True}, {"lora_r": 8}, {"gradient_checkpointing": True}]

# In the second step the gradients and the states of the optimiser are there while activations are made.
MEASURE = """
import gc, json, sys, threading, time, torch
from codefavor.models.pretrained import load_weights
from codefavor.train.config import ClassificationConfig
from codefavor.train.examples import JointExample
from codefavor.train.learners import make_learner
from codefavor.train.parameters import Trainable

small, ways, rows, tokens = json.loads(sys.argv[1])
torch.set_num_threads(1)


def private():
    lines = open("/proc/self/status").read().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


def run(config):
    learner = make_learner(config)
    optimizer = (trainable := Trainable(learner, config)).optimizer(config)
    learner.language_model.train()
    for batches in (1, 2):
        for _ in range(batches):
            with torch.autocast("cpu", torch.bfloat16, enabled=config.bf16):
                loss = learner.loss([JointExample([5 + row] * (tokens - row), "A") for row in range(rows)])
            loss.total.backward()
        optimizer.step()
        optimizer.zero_grad()


def watch():
    global most
    while not ended:
        most = max(most, private())
        time.sleep(0.0005)


taken = []
for way in ways:
    run(ClassificationConfig(model=small, **way))
    gc.collect()
    before, most, ended = private(), 0, False
    watcher = threading.Thread(target=watch)
    watcher.start()
    run(ClassificationConfig(model=sys.argv[2], **way))
    ended = True
    watcher.join()
    taken.append(most - before)
    gc.collect()
print(json.dumps(taken))
"""


@pytest.fixture(scope="module")
def larger_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model whose memory stands out from the grain of what is measured."""
    return save_tiny_model(
        tmp_path_factory.mktemp("larger"),
        character_tokenizer(),
        hidden_size=256,
        intermediate_size=640,
        num_hidden_layers=4,
        num_attention_heads=4,
        num_key_value_heads=2,
        tie_word_embeddings=True,
    )


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's account of memory")
def test_the_estimate_is_near_what_a_run_takes(tiny_model: Path, larger_model: Path) -> None:
    argument = json.dumps([str(tiny_model), WAYS, BATCH.rows, BATCH.tokens])
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, argument, str(larger_model)],
        capture_output=True,
        text=True,
        check=False,
        # What is freed goes back to the system at once, and is not kept for later.
        env={**os.environ, "MALLOC_MMAP_THRESHOLD_": "4096", "MALLOC_ARENA_MAX": "1", "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    for way, taken in zip(WAYS, json.loads(done.stdout), strict=True):
        estimate = estimate_memory(ClassificationConfig(model=str(larger_model), **way), BATCH).peak
        assert taken / FACTOR < estimate < taken * FACTOR, (way, estimate / 2**20, taken / 2**20)


def test_weights_are_counted_as_they_are_trained(tiny_model: Path) -> None:
    tied = 98 * 16
    whole = count_parameters(ClassificationConfig(model=str(tiny_model)))
    assert (
        whole.trained
        == whole.total
        == sum(weight.numel() for weight in load_weights(tiny_model, "causal").parameters())
    )
    highest = count_parameters(ClassificationConfig(model=str(tiny_model), train_layers=1))
    assert highest.total == whole.total and highest.trained == (whole.total - tied - 16) // 3 + 16
    rank = 4
    qlora = count_parameters(ClassificationConfig(model=str(tiny_model), lora_r=rank, load_in_4bit=True))
    sides = (16 + 16, 16 + 8, 16 + 8, 16 + 16, 16 + 32, 16 + 32, 32 + 16)
    assert qlora.trained == 3 * rank * sum(sides) == qlora.total - whole.total
    assert qlora.quantised == 3 * (2 * 16 * 16 + 2 * 16 * 8 + 3 * 16 * 32)
