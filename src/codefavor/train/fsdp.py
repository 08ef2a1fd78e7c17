"""Several processes that each hold a part of every weight, its gradient and its optimiser states: FSDP of version 2.

The first process reads the base and hands the others their parts layer by layer; no other holds the whole model. What
is written, judge and checkpoint, is put together whole, so that it does not show how many processes there were.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from torch import distributed, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import CPUOffloadPolicy, OffloadPolicy, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor
from transformers import PreTrainedModel
from transformers.initialization import no_init_weights
from typing_extensions import override

from codefavor.errors import ConfigError
from codefavor.models.pretrained import Kind, Place, load_shapes, load_weights
from codefavor.train.config import StepsConfig, loads_in_4bit
from codefavor.train.ddp import DdpEngine
from codefavor.train.launch import Launch
from codefavor.train.learner import Learner


class FsdpEngine(DdpEngine):
    """One of several processes with a part of the model each."""

    def __init__(self, launch: Launch) -> None:
        super().__init__(launch)
        # FSDP takes the mean of the gradients, as DeepSpeed does, where their sum is wanted.
        self.loss_scale = float(launch.count)
        self.load = self._load

    @override
    def check(self, config: StepsConfig) -> None:
        super().check(config)
        if loads_in_4bit(config):
            raise ConfigError(
                "weights of 4 bits cannot be sharded; use configs/accelerate/ddp.yaml, or leave load_in_4bit"
            )

    @override
    def place(self, learner: Learner[Any]) -> None:
        mesh = init_device_mesh(self.device.type, (self.launch.count,))
        policy = CPUOffloadPolicy() if self.launch.offload else OffloadPolicy()
        decoder = learner.language_model.get_decoder()  # type: ignore[no-untyped-call]
        for unit in (*decoder.layers, learner.root):
            self._spread([*unit.parameters(), *unit.buffers()])
            fully_shard(unit, mesh=mesh, reshard_after_forward=self.launch.reshard, offload_policy=policy)

    @override
    def update(self, weights: list[nn.Parameter], optimizer: torch.optim.Optimizer, max_norm: float) -> None:
        # FSDP has added the gradients up by itself.
        super(DdpEngine, self).update(weights, optimizer, max_norm)

    @override
    def whole(self, tensor: torch.Tensor) -> torch.Tensor:
        return tensor.full_tensor().contiguous() if isinstance(tensor, DTensor) else tensor.contiguous()

    @override
    def part(self, tensor: torch.Tensor, weight: nn.Parameter) -> torch.Tensor:
        if not isinstance(weight, DTensor) or not tensor.dim():
            return super().part(tensor, weight)
        return distribute_tensor(tensor, weight.device_mesh, weight.placements, src_data_rank=None)

    @override
    def gather(self, learner: Learner[Any]) -> None:
        made: dict[int, nn.Parameter] = {}
        for module in learner.root.modules():
            for name, weight in module._parameters.items():
                if weight is None:
                    continue
                if id(weight) not in made:
                    full = self.whole(weight).cpu()
                    made[id(weight)] = nn.Parameter(full if self.main else full[:0], weight.requires_grad)
                # Tied weights stay one.
                module._parameters[name] = made[id(weight)]

    def _load(
        self, model: str | Path, kind: Kind, layers: int | None = None, memory: Place = "device"
    ) -> PreTrainedModel:
        if self.main:
            return load_weights(model, kind, layers, "host")
        # Memory that is never touched before its part of the weights comes.
        with no_init_weights():
            blank = load_shapes(model, kind, layers)
        blank.tie_weights()
        return blank

    def _spread(self, tensors: Iterable[torch.Tensor]) -> None:
        """Give every process the first one's weights, as far as they are not sharded yet."""
        with torch.no_grad():
            for tensor in tensors:
                if not isinstance(tensor, DTensor):
                    tensor.data = tensor.data.to(self.device)
                    distributed.broadcast(tensor.data, src=0)
