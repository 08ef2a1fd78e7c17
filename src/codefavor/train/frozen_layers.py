"""Layers below the highest trained one run once an input, not once an epoch: later epochs read what they gave.

It pays where there is another epoch to come, and is exact where a layer gives the same each time, so not with dropout.
`codefavor.train.frozen_states` keeps the states.
"""

import logging
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from codefavor.train.config import RewardConfig, StepsConfig
from codefavor.train.examples import Example
from codefavor.train.frozen_states import StateFile
from codefavor.train.learner import Learner

_LOG = logging.getLogger(__name__)
_FP32 = 4
_GB = 1e9


@contextmanager
def frozen_layers_once(
    learner: Learner[Any], config: StepsConfig, examples: Sequence[Example], out: Path
) -> Iterator[None]:
    """Let the frozen layers of `learner` read each input once for as long as this lasts.

    Where nothing is frozen, there is dropout, or the states would take more than half of the free disk of `out`,
    nothing changes; the last is logged as a warning.
    """
    decoder = learner.language_model.get_decoder()  # type: ignore[no-untyped-call]
    frozen = len(decoder.layers) - (config.train_layers or len(decoder.layers))
    if not frozen or _drops(decoder) or not _fits(decoder.config.hidden_size, config, examples, out):
        yield
        return
    with StateFile(out) as states, _Shortcut(decoder, frozen, states).hooked():
        yield


def _drops(decoder: Any) -> bool:
    dropouts = (part.p for part in decoder.modules() if isinstance(part, nn.Dropout))
    return any(dropouts) or bool(getattr(decoder.config, "attention_dropout", 0.0))


def _fits(width: int, config: StepsConfig, examples: Sequence[Example], out: Path) -> bool:
    rows = 2 if isinstance(config, RewardConfig) else 1
    needed = sum(example.length for example in examples) * rows * width * _FP32
    free = shutil.disk_usage(out).free
    if needed <= free / 2:
        return True
    _LOG.warning(
        "%s: the states of the frozen layers take up to %.1f GB and %.1f GB of disk are free, of which they may have "
        "half: every epoch computes them again; free some disk to spare that",
        out,
        needed / _GB,
        free / _GB,
    )
    return False


class _Shortcut:
    """Hooks on a decoder that read the states above its frozen layers if they are known, and keep them if not."""

    def __init__(self, decoder: Any, frozen: int, states: StateFile) -> None:
        self._decoder = decoder
        self._states = states
        self._whole = decoder.layers
        self._known_states = _KnownStates()
        # As many as before: a decoder chooses masks by the number of a layer.
        self._short = nn.ModuleList([*[self._known_states] * frozen, *decoder.layers[frozen:]])
        self._highest_frozen = decoder.layers[frozen - 1]
        self._inputs: dict[str, Any] = {}

    @contextmanager
    def hooked(self) -> Iterator[None]:
        handles = [
            self._decoder.register_forward_pre_hook(self._begin, with_kwargs=True),
            self._highest_frozen.register_forward_hook(self._keep),
            self._decoder.register_forward_hook(self._end, always_call=True),
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _begin(self, decoder: Any, _: Any, inputs: dict[str, Any]) -> None:
        known = self._states.read(inputs, decoder.config.hidden_size)
        self._inputs = inputs
        if known is not None:
            self._known_states.states = known
            decoder.layers = self._short

    def _keep(self, _: nn.Module, __: Any, states: torch.Tensor) -> None:
        self._states.write(self._inputs, states)

    def _end(self, decoder: Any, *_: Any) -> None:
        decoder.layers = self._whole
        self._known_states.states = None


class _KnownStates(nn.Module):
    """In the place of a frozen layer: the states above all of them."""

    states: torch.Tensor | None = None

    def forward(self, _: torch.Tensor, **__: Any) -> torch.Tensor | None:
        return self.states
