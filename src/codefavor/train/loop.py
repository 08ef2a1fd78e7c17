"""The training loop: optimiser steps over batches, with progress and checkpoints, that ends and resumes at any step."""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from itertools import count, islice
from pathlib import Path
from types import FrameType

import torch

from codefavor.runs.journal import Journal
from codefavor.train.checkpoint import CheckpointProgress, load_checkpoint, save_checkpoint
from codefavor.train.config import StepsConfig
from codefavor.train.engine import Engine
from codefavor.train.epoch import epoch_batches
from codefavor.train.examples import ExampleT
from codefavor.train.frozen_layers import frozen_layers_once
from codefavor.train.learner import Learner
from codefavor.train.output_dir import LOG_FILE
from codefavor.train.parameters import Trainable
from codefavor.train.schedule import rate_factor, steps_per_epoch, total_steps
from codefavor.train.step_metrics import StepMetrics


class Interrupted(KeyboardInterrupt):
    """The run was asked to stop; its checkpoint is written."""


def train_steps(
    learner: Learner[ExampleT],
    trainable: Trainable,
    examples: Sequence[ExampleT],
    config: StepsConfig,
    *,
    out: Path,
    run: str,
    on_step: Callable[[StepMetrics], None],
    engine: Engine,
) -> None:
    """Train until the last step, from a checkpoint in `out` if there is one.

    With several processes all take part, and the main one reports and writes. `run` names the configuration and the
    pairs; a checkpoint of another run is refused.

    Raises:
        Interrupted: Ctrl-C was pressed; a checkpoint of the finished steps is in `out`.
        UserError: the checkpoint in `out` is of another run.
    """
    weights = dict(trainable.named())
    optimizer = trainable.optimizer(config)
    start = load_checkpoint(out, run, weights.items(), optimizer, engine)
    engine.begin(learner, optimizer, config)
    steps = total_steps(config, len(examples))
    window = _Window(start, steps)
    learner.language_model.train()
    # All have read the checkpoint and the metrics before the first writes new ones.
    engine.wait()
    again = steps - start > steps_per_epoch(config, len(examples)) and engine.alone
    once = frozen_layers_once(learner, config, examples, out) if again else nullcontext()
    with once, _log(out / LOG_FILE, start, engine) as log, _stop_request() as stop_requested:
        for step, batches in enumerate(islice(_step_batches(examples, config), start, steps), start=start):
            for group in optimizer.param_groups:
                group["lr"] = group["peak"] * rate_factor(config, step, steps)
            _step(learner, list(weights.values()), optimizer, batches, config, window, engine)
            done = step + 1
            if done % config.logging_steps == 0 or done == steps:
                metrics = window.close(done, engine)
                if log is not None:
                    log.append(metrics)
                    on_step(metrics)
            stop = engine.any(stop_requested())
            if done % config.save_steps == 0 or stop or done == steps:
                save_checkpoint(out, CheckpointProgress(step=done, run=run), weights.items(), optimizer, engine)
                engine.wait()
            if stop:
                raise Interrupted


@contextmanager
def _log(log: Path, start: int, engine: Engine) -> Iterator[Journal[StepMetrics] | None]:
    """Open the file of metrics in the one process that writes it."""
    if not engine.main:
        yield None
        return
    with Journal(log, StepMetrics) as journal:
        # The steps that a killed run did after its checkpoint are done again.
        journal.drop_from(lambda metrics: metrics.step > start)
        yield journal


def _step_batches(examples: Sequence[ExampleT], config: StepsConfig) -> Iterator[list[list[ExampleT]]]:
    """Yield the batches of every optimiser step, epoch after epoch without end; a step never spans two epochs."""
    for epoch in count():
        batches = epoch_batches(examples, config.per_device_train_batch_size, config.seed, epoch)
        while step := list(islice(batches, config.gradient_accumulation_steps)):
            yield step


def _step(
    learner: Learner[ExampleT],
    weights: list[torch.nn.Parameter],
    optimizer: torch.optim.Optimizer,
    batches: list[list[ExampleT]],
    config: StepsConfig,
    window: "_Window",
    engine: Engine,
) -> None:
    examples = sum(map(len, batches))
    for batch, counts in engine.share(batches):
        loss = engine.read(learner, batch, config)
        scale = engine.loss_scale if counts else 0.0
        engine.backward(loss.total * scale / examples)
        if counts:
            window.add(float(loss.total.detach()), loss.right, len(batch), loss.tokens)
    engine.update(weights, optimizer, config.max_grad_norm)


class _Window:
    """Sums over the steps since the last metrics."""

    def __init__(self, step: int, steps: int) -> None:
        self._steps = steps
        self._open(step)

    def _open(self, step: int) -> None:
        self._first = step
        self._loss = 0.0
        self._right = self._examples = self._tokens = 0
        self._started = time.perf_counter()

    def add(self, loss: float, right: int, examples: int, tokens: int) -> None:
        self._loss += loss
        self._right += right
        self._examples += examples
        self._tokens += tokens

    def close(self, step: int, engine: Engine) -> StepMetrics:
        seconds = time.perf_counter() - self._started
        loss, right, examples, tokens = engine.sums([self._loss, self._right, self._examples, self._tokens])
        metrics = StepMetrics(
            step=step,
            steps=self._steps,
            loss=loss / examples,
            accuracy=right / examples,
            tokens_per_second=tokens / seconds,
            seconds_left=(self._steps - step) * seconds / (step - self._first),
        )
        self._open(step)
        return metrics


@contextmanager
def _stop_request() -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C into a request that is checked between steps; the second interrupts at once."""
    stopping = False

    def ask(number: int, frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: stopping
    finally:
        signal.signal(signal.SIGINT, before)
