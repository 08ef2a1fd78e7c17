"""A step of training the classifier beside TRL's SFTTrainer: pairs a second, memory, and the same loss curve.

    PYTHONPATH=src python benchmarks/train_speed.py --pairs PAIRS.jsonl [--model embedded] [--batch 2] [--steps 6]

Both train all weights in fp32 on the same batches, both orders of every pair, with the same optimiser and a constant
rate, in processes of their own that take turns step by step. TRL reads rows that are tokenised already, its loss taken
at the one token of the answer (completion-only), padding in groups as our batches are; once as it comes (activations
are computed again) and once with that off, as ours. The first step warms up and is not counted. Recorded in
train_speed.md.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_RATE = 1e-5


def settings(options: argparse.Namespace) -> Any:
    """Return the configuration of our side; TRL's is made after it."""
    from codefavor.train.config import ClassificationConfig

    return ClassificationConfig(
        model=options.model,
        learning_rate=_RATE,
        lr_scheduler_type="constant",
        warmup_steps=0,
        max_steps=options.steps,
        per_device_train_batch_size=2 * options.batch,
        gradient_accumulation_steps=1,
        logging_steps=1,
        save_steps=10**6,
    )


def pairs_of(options: argparse.Namespace) -> list[Any]:
    """Return as many pairs as both sides learn from."""
    from codefavor.jsonl import read_records
    from codefavor.pairs.pair import PreferencePair

    return list(read_records(options.pairs, PreferencePair))[: options.steps * options.batch]


class Turns:
    """Waits to be told before every step, and tells after it how long it took and what the loss was."""

    def __init__(self) -> None:
        sys.stdin.readline()
        self._started = time.perf_counter()

    def done(self, loss: float) -> None:
        """Report a step and wait for the word to go on."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        told = {"seconds": time.perf_counter() - self._started, "loss": loss, "peak": peak}
        print(json.dumps(told), flush=True)
        sys.stdin.readline()
        self._started = time.perf_counter()


def ours(options: argparse.Namespace) -> None:
    """Train by `codefavor train`."""
    from codefavor.manifest import make_manifest
    from codefavor.train.language_model import train_language_model as train

    config = settings(options)
    turns = Turns()
    with TemporaryDirectory() as folder:
        manifest = make_manifest("benchmark", config.model_dump(mode="json"), [], config.seed)
        train(
            pairs_of(options),
            config,
            Path(folder) / "judge",
            manifest,
            on_step=lambda metrics: turns.done(metrics.loss),
        )


def theirs(options: argparse.Namespace, again: bool) -> None:
    """Train by TRL's SFTTrainer on the batches of our side, in their order."""
    from datasets import Dataset
    from transformers import TrainerCallback
    from trl import SFTConfig, SFTTrainer

    from codefavor.judges.trained.classification import JointInput
    from codefavor.models.embedded import resolve_model
    from codefavor.models.pretrained import load_tokenizer, load_weights
    from codefavor.train.epoch import epoch_batches
    from codefavor.train.examples import joint_examples
    from codefavor.train.preprocess import preprocess

    config = settings(options)
    folder = resolve_model(config.model)
    inputs = JointInput(load_tokenizer(folder), config.max_length)
    examples = joint_examples(preprocess(pairs_of(options), config.comments), inputs.encode).examples
    ordered = [one for batch in epoch_batches(examples, 2 * options.batch, config.seed, 0) for one in batch]
    token = dict(zip("AB", inputs.verdicts, strict=True))
    rows = [{"input_ids": [*one.token_ids, token[one.label]]} for one in ordered]
    for row in rows:
        row["labels"] = [-100] * (len(row["input_ids"]) - 1) + row["input_ids"][-1:]

    class Told(TrainerCallback):  # type: ignore[misc]
        turns: Turns

        def on_train_begin(self, *_: Any, **__: Any) -> None:
            self.turns = Turns()

        def on_log(self, *_: Any, logs: dict[str, float], **__: Any) -> None:
            if "loss" in logs:
                self.turns.done(float(logs["loss"]))

    with TemporaryDirectory() as out:
        trainer = SFTTrainer(
            model=load_weights(folder, "causal"),
            args=SFTConfig(
                output_dir=out,
                per_device_train_batch_size=2 * options.batch,
                learning_rate=_RATE,
                lr_scheduler_type="constant",
                max_steps=options.steps,
                logging_steps=1,
                save_strategy="no",
                report_to="none",
                bf16=False,
                use_cpu=True,
                disable_tqdm=True,
                max_length=None,
                gradient_checkpointing=again,
                completion_only_loss=True,
                train_sampling_strategy="sequential",
                dataset_kwargs={"skip_prepare_dataset": True},
                optim="adamw_torch",
                dataloader_pin_memory=False,
            ),
            train_dataset=Dataset.from_list(rows),
            processing_class=load_tokenizer(folder),
            callbacks=[Told()],
        )
        trainer.train()


SIDES: dict[str, Callable[[argparse.Namespace], None]] = {
    "TRL's SFTTrainer as it comes": lambda options: theirs(options, again=True),
    "TRL's SFTTrainer, activations kept": lambda options: theirs(options, again=False),
    "codefavor train": ours,
}


def main() -> None:
    """Run the sides in turn and print the table, or be one of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--batch", type=int, default=2, help="Pairs of one step.")
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--side", choices=list(SIDES))
    options = parser.parse_args()
    if options.side:
        SIDES[options.side](options)
        return
    processes = {side: _start(side, sys.argv[1:]) for side in SIDES}
    told: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    for step in range(options.steps):
        for side, process in processes.items():
            told[side].append(_step(side, process))
        print(f"step {step + 1} of {options.steps}", file=sys.stderr)
    for process in processes.values():
        process.kill()
    _show(told, options.batch)


def _start(side: str, arguments: list[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-u", "-W", "ignore", __file__, *arguments, "--side", side]
    own = {**os.environ, "TOKENIZERS_PARALLELISM": "false"}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=own, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)


def _step(side: str, process: subprocess.Popen[str]) -> dict[str, float]:
    assert process.stdin
    assert process.stdout
    process.stdin.write("go\n")
    process.stdin.flush()
    while line := process.stdout.readline():
        if line.startswith('{"seconds"'):
            told: dict[str, float] = json.loads(line)
            return told
    raise SystemExit(f"{side} ended: run it with --side to see why")


def _show(told: dict[str, list[dict[str, float]]], batch: int) -> None:
    ours_steps = told["codefavor train"][1:]
    print(f"{batch} pairs a step in both orders, {len(ours_steps)} steps counted\n")
    print("| side | pairs/s | codefavor is faster by | peak memory, MB | largest difference of a loss |")
    print("|---|---|---|---|---|")
    for side, steps in told.items():
        counted = steps[1:]
        ratio = statistics.median(one["seconds"] / own["seconds"] for one, own in zip(counted, ours_steps, strict=True))
        apart = max(abs(one["loss"] - own["loss"]) for one, own in zip(steps, told["codefavor train"], strict=True))
        speed = batch / statistics.median(one["seconds"] for one in counted)
        print(f"| {side} | {speed:.3f} | {ratio:.2f} | {steps[-1]['peak']:.0f} | {apart:.1e} |")
    print("\nlosses:", {side: [round(step["loss"], 4) for step in steps] for side, steps in told.items()})


if __name__ == "__main__":
    main()
