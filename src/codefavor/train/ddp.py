"""Several processes that each hold the whole model: they share out the batches of a step and add up the gradients.

A step reads the same examples as that of one process and follows the same gradients, up to the order of the additions.
The gradients go around once a step, after the last batch, whatever the number of batches.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import distributed, nn
from typing_extensions import override

from codefavor.errors import ConfigError
from codefavor.train.config import StepsConfig
from codefavor.train.engine import BatchT, Engine
from codefavor.train.launch import Launch
from codefavor.train.learner import Learner


class DdpEngine(Engine):
    """One of several processes with the whole model each."""

    alone = False

    def __init__(self, launch: Launch) -> None:
        self.launch = launch
        self.main = launch.main
        self.device = torch.device("cuda", launch.local_index) if torch.cuda.is_available() else torch.device("cpu")

    @override
    def check(self, config: StepsConfig) -> None:
        if config.gradient_accumulation_steps < self.launch.count:
            raise ConfigError(
                f"gradient_accumulation_steps is {config.gradient_accumulation_steps} and there are "
                f"{self.launch.count} processes, which share out the batches of a step: raise it, and lower "
                "per_device_train_batch_size for steps of the same size"
            )

    @override
    def share(self, batches: Sequence[BatchT]) -> list[tuple[BatchT, bool]]:
        own = [(batch, True) for batch in batches[self.launch.index :: self.launch.count]]
        rounds = -(-len(batches) // self.launch.count)
        return own if len(own) == rounds else [*own, (batches[0], False)]

    @override
    def update(self, weights: list[nn.Parameter], optimizer: torch.optim.Optimizer, max_norm: float) -> None:
        for weight in weights:
            if weight.grad is not None:
                distributed.all_reduce(weight.grad)
        super().update(weights, optimizer, max_norm)

    @override
    def any(self, flag: bool) -> bool:
        return self.sums([float(flag)])[0] > 0

    @override
    def sums(self, numbers: Sequence[float]) -> list[float]:
        total = torch.tensor(numbers, dtype=torch.float64, device=self.device)
        distributed.all_reduce(total)
        summed: list[float] = total.tolist()
        return summed

    @override
    def wait(self) -> None:
        distributed.barrier()

    @override
    def place(self, learner: Learner[Any]) -> None:
        # They were loaded or drawn alike in every process; this makes sure of it.
        with torch.no_grad():
            for weight in learner.root.parameters():
                distributed.broadcast(weight.data, src=0)


@contextmanager
def joined(launch: Launch) -> Iterator[None]:
    """Join the processes that were launched together, and leave them at the end."""
    cuda = torch.cuda.is_available()
    if cuda:
        torch.cuda.set_device(launch.local_index)
    distributed.init_process_group("cpu:gloo,cuda:nccl" if cuda else "gloo")
    try:
        yield
    finally:
        distributed.destroy_process_group()
