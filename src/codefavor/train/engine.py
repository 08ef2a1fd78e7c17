"""What one process does of a training step, and what it has to agree on with the others. This one is alone.

`codefavor.train.ddp`, `codefavor.train.fsdp` and `codefavor.train.deepspeed` are the engines of several processes.
"""

from collections.abc import Sequence
from typing import Any, TypeVar

import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_

from codefavor.models.pretrained import WeightsLoader, load_weights
from codefavor.train.config import StepsConfig
from codefavor.train.examples import ExampleT
from codefavor.train.learner import Learner, Loss

BatchT = TypeVar("BatchT")


class Engine:
    """One process that does everything."""

    main = True
    """Whether this process writes and reports."""
    alone = True
    """Whether one process reads every batch. If not, states kept from one epoch are mostly of other batches than those
    of the next, and with shards all would wait for one that skips a layer."""
    loss_scale = 1.0
    """What a loss is multiplied by, so that the gradients of all processes add up to those of one."""
    load: WeightsLoader = staticmethod(load_weights)
    """How the base model is loaded."""

    def check(self, config: StepsConfig) -> None:
        """Refuse a configuration that these processes cannot train.

        Raises:
            ConfigError: it is one.
        """

    def place(self, learner: Learner[Any]) -> None:
        """Bring the model to where it is trained, once it is known which weights are."""

    def restore(self, optimizer: torch.optim.Optimizer, weight: nn.Parameter, parts: dict[str, torch.Tensor]) -> None:
        """Take up a weight and its states of the optimiser, read in one piece from a checkpoint."""
        held = {part: self.part(value, weight) for part, value in parts.items()}
        with torch.no_grad():
            weight.copy_(held.pop("weight"))
        optimizer.state[weight] = held

    def begin(self, learner: Learner[Any], optimizer: torch.optim.Optimizer, config: StepsConfig) -> None:
        """Make ready for the first step: weights and states are what it starts from."""

    def share(self, batches: Sequence[BatchT]) -> list[tuple[BatchT, bool]]:
        """Return the batches of a step that this process reads, and whether each counts.

        Every process reads equally many, since they wait for each other in each pass; one without work left reads a
        batch that does not count.
        """
        return [(batch, True) for batch in batches]

    def read(self, learner: Learner[ExampleT], batch: Sequence[ExampleT], config: StepsConfig) -> Loss:
        """Return what a batch of examples shows."""
        with torch.autocast(learner.language_model.device.type, torch.bfloat16, enabled=config.bf16):
            return learner.loss(batch)

    def backward(self, loss: torch.Tensor) -> None:
        """Add the gradients of a loss to those of the step."""
        loss.backward()  # type: ignore[no-untyped-call]

    def update(self, weights: list[nn.Parameter], optimizer: torch.optim.Optimizer, max_norm: float) -> None:
        """Clip the gradients of the step by their norm and follow them."""
        clip_grad_norm_(weights, max_norm)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    def any(self, flag: bool) -> bool:
        """Return whether any process says so."""
        return flag

    def sums(self, numbers: Sequence[float]) -> list[float]:
        """Return each number summed over the processes."""
        return list(numbers)

    def wait(self) -> None:
        """Go on when all processes are here."""

    def state(self, optimizer: torch.optim.Optimizer, weight: nn.Parameter) -> dict[str, torch.Tensor]:
        """Return a weight and its states of the optimiser, each in one piece, as a checkpoint keeps them."""
        parts = {"weight": weight.detach(), **optimizer.state[weight]}
        return {part: self.whole(value) for part, value in parts.items()}

    def whole(self, tensor: torch.Tensor) -> torch.Tensor:
        """Return a weight or a state of the optimiser in one piece."""
        return tensor.contiguous()

    def part(self, tensor: torch.Tensor, weight: nn.Parameter) -> torch.Tensor:
        """Return what this process holds of a state of `weight` that was read in one piece."""
        return tensor.to(weight.device) if tensor.dim() else tensor

    def gather(self, learner: Learner[Any]) -> None:
        """Make the model one ordinary model again where it is written."""
