"""Several processes that each hold a part of every weight, its gradient and its optimiser states: DeepSpeed's ZeRO-3.

DeepSpeed gathers, reduces and clips. The loop sets steps and rates and writes the files, so that a run may be resumed
under another engine. No other module imports DeepSpeed.
"""

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import deepspeed
import torch
from deepspeed.utils import safe_get_full_fp32_param, safe_get_full_optimizer_state, safe_set_local_optimizer_state
from torch import nn
from typing_extensions import override

from codefavor.train.config import StepsConfig
from codefavor.train.examples import ExampleT
from codefavor.train.fsdp import FsdpEngine
from codefavor.train.launch import Launch
from codefavor.train.learner import Learner, Loss

_STEP = "step"
_MOMENTS = ("exp_avg", "exp_avg_sq")
"""AdamW's states that are of the shape of a weight."""

_INFERENCE_KERNEL = "deepspeed_shm_comm"


class DeepSpeedEngine(FsdpEngine):
    """One of several processes with a part of the model each, which DeepSpeed makes and brings together."""

    def __init__(self, launch: Launch) -> None:
        super().__init__(launch)
        # It is for inference alone, and on a CPU would be compiled at the start.
        deepspeed.ops.__compatible_ops__[_INFERENCE_KERNEL] = False
        # DeepSpeed calls torch by names of which torch would say at every layer that they are old.
        warnings.filterwarnings("ignore", r"`torch\.distributed\.\w+_tensor` is deprecated", FutureWarning)
        self._deepspeed: Any = None
        self._restored: dict[nn.Parameter, dict[str, torch.Tensor]] = {}

    @override
    def place(self, learner: Learner[Any]) -> None:
        """Leave the model whole: `begin` parts it, when the weights of a checkpoint are in it."""

    @override
    def restore(self, optimizer: torch.optim.Optimizer, weight: nn.Parameter, parts: dict[str, torch.Tensor]) -> None:
        whole = parts.pop("weight")
        if self.main:
            # The others are given their parts of it.
            with torch.no_grad():
                weight.copy_(whole)
        self._restored[weight] = {part: self.part(value, weight) for part, value in parts.items()}

    @override
    def begin(self, learner: Learner[Any], optimizer: torch.optim.Optimizer, config: StepsConfig) -> None:
        settings = _settings(config, learner.language_model.config.hidden_size)
        model = _Model(learner.root)
        self._spread(model.buffers())
        # Weight by weight, where initialize alone would first bring all of them to every accelerator.
        deepspeed.zero.Init(module=model, config_dict_or_path=settings)
        self._deepspeed, *_ = deepspeed.initialize(model=model, optimizer=optimizer, config=settings)
        if self._restored:
            self._set_states(optimizer)

    @override
    def read(self, learner: Learner[ExampleT], batch: Sequence[ExampleT], config: StepsConfig) -> Loss:
        loss: Loss = self._deepspeed(partial(super().read, learner, batch, config))
        return loss

    @override
    def backward(self, loss: torch.Tensor) -> None:
        self._deepspeed.backward(loss)

    @override
    def update(self, weights: list[nn.Parameter], optimizer: torch.optim.Optimizer, max_norm: float) -> None:
        # DeepSpeed clips by the norm in its settings.
        self._deepspeed.step()

    @override
    def state(self, optimizer: torch.optim.Optimizer, weight: nn.Parameter) -> dict[str, torch.Tensor]:
        # One count for all weights, and a copy of it for each, as files want it.
        step = next(iter(optimizer.state.values()))[_STEP].clone()
        moments = {part: safe_get_full_optimizer_state(weight, part) for part in _MOMENTS}
        return {"weight": safe_get_full_fp32_param(weight), _STEP: step, **moments}

    @override
    def whole(self, tensor: torch.Tensor) -> torch.Tensor:
        with deepspeed.zero.GatheredParameters(tensor):
            return tensor.detach().clone()

    @override
    def part(self, tensor: torch.Tensor, weight: nn.Parameter) -> torch.Tensor:
        if not tensor.dim():
            return tensor
        # As DeepSpeed parts a weight: flat, in equal parts, the last one filled up.
        length = -(-tensor.numel() // self.launch.count)
        own = tensor.flatten()[self.launch.index * length :][:length]
        return torch.cat([own, own.new_zeros(length - len(own))])

    @override
    def gather(self, learner: Learner[Any]) -> None:
        super().gather(learner)
        self._deepspeed.destroy()

    def _set_states(self, optimizer: torch.optim.Optimizer) -> None:
        """Give the optimiser the states of the checkpoint, where it would begin with none."""
        # A weight without states never had a gradient.
        step = next(parts[_STEP] for parts in self._restored.values() if parts)
        for flat in self._deepspeed.optimizer.fp32_partitioned_groups_flat:
            optimizer.state[flat] = {_STEP: step.clone(), **{part: torch.zeros_like(flat) for part in _MOMENTS}}
        for weight, parts in self._restored.items():
            for part in parts.keys() & {*_MOMENTS}:
                safe_set_local_optimizer_state(weight, parts[part], part)
        self._restored.clear()


class _Model(nn.Module):
    """The model as DeepSpeed calls it: a pass is whatever is done with it."""

    def __init__(self, root: nn.Module) -> None:
        super().__init__()
        self.root = root

    def forward(self, read: Callable[[], Loss]) -> Loss:
        return read()


def _settings(config: StepsConfig, width: int) -> dict[str, Any]:
    return {
        "train_micro_batch_size_per_gpu": config.per_device_train_batch_size,
        # The loop says when a step is done.
        "managed_gradient_accumulation": False,
        "gradient_clipping": config.max_grad_norm,
        # What transformers takes for "auto": buffers that go with the model.
        "zero_optimization": {
            "stage": 3,
            "reduce_bucket_size": width**2,
            "stage3_prefetch_bucket_size": 9 * width**2 // 10,
            "stage3_param_persistence_threshold": 10 * width,
        },
    }
