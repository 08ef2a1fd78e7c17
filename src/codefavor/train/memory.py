"""An estimate of a run's memory, before any weight is loaded: the peak of one step on one process, in bytes.

    peak = weights + gradients + optimiser states + max(activations, 4 bytes a trained weight)

- weights: 4 bytes each (fp32); in 4 bits, linear layers take 0.5 and their block constants 0.127 / 8 bytes a weight
  (Dettmers et al. 2023, "QLoRA", section 3: double quantisation).
- gradients: 4 bytes a trained weight; optimiser states: 8, AdamW's two moments (Rajbhandari et al. 2020, "ZeRO",
  section 3.1, with fp32 weights and hence no second copy of them).
- activations: the tensors that autograd keeps for the backward pass of the longest batch. They are counted, not
  a formula for one architecture: the model's own forward pass runs on fake tensors, which have shapes and no storage,
  with one and with two layers; what the second adds is what every layer adds.
- with checkpointing (Chen et al. 2016) each layer keeps its input alone, and one layer at a time is computed again.
- the last term: torch's AdamW makes a copy of what it updates where it goes over all weights at once, when the backward
  pass has given the activations back.

Not counted: what the allocator keeps in reserve, the CUDA context, and buffers of communication; nor, the other way
round, what is saved where rows share a beginning, or are shorter than the longest, since nothing is padded.
"""

from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn.functional import cross_entropy
from transformers import PreTrainedModel

from codefavor.models.pretrained import Kind, Place, load_shapes
from codefavor.train.config import StepsConfig, TokenConfig, loads_in_4bit
from codefavor.train.learner import Learner
from codefavor.train.learners import make_learner
from codefavor.train.parameters import Trainable

_FP32 = 4
_MOMENTS = 8
_NF4 = 0.5 + 0.127 / 8


class Batch(NamedTuple):
    """The shape of the longest batch."""

    rows: int
    """Token rows of one forward pass."""
    tokens: int
    """Tokens of its longest row."""
    answers: int
    """Places of a row that go through the output layer."""


class Memory(NamedTuple):
    """The parts of the peak, in bytes."""

    weights: int
    """All weights, trained or not."""
    gradients: int
    """Of the trained weights."""
    optimizer: int
    """AdamW's states."""
    activations: int
    """What the backward pass of the longest batch needs, or the optimiser's step where that is more."""

    @property
    def peak(self) -> int:
        """All of it together."""
        return sum(self)


class Parameters(NamedTuple):
    """How many weights there are."""

    total: int
    """All of them."""
    trained: int
    """Those that change."""
    quantised: int
    """Those that stand in 4 bits."""


def count_parameters(config: StepsConfig) -> Parameters:
    """Return how many weights the configured model has and trains; none of them is loaded.

    Raises:
        ConfigError: the configuration does not fit the model.
        ModelError: the model's configuration or tokenizer cannot be loaded.
    """
    with torch.device("meta"):
        learner = make_learner(config, load_shapes)
        trained = sum(weight.numel() for _, weight in Trainable(learner, config).named())
    total = sum(weight.numel() for weight in learner.root.parameters())
    return Parameters(total, trained, _quantised(learner) if loads_in_4bit(config) else 0)


def _quantised(learner: Learner[Any]) -> int:
    """Count what bitsandbytes quantises: the linear layers of the decoder, adapters and output layer left out."""
    model = learner.language_model
    layers = ((name, part) for name, part in model.named_modules() if isinstance(part, nn.Linear))
    output = model.get_output_embeddings()  # type: ignore[no-untyped-call]
    return sum(part.weight.numel() for name, part in layers if part is not output and "lora_" not in name)


def estimate_memory(config: StepsConfig, batch: Batch) -> Memory:
    """Return what a run takes whose longest batch is `batch`.

    Raises:
        ConfigError: the configuration does not fit the model.
        ModelError: the model's configuration or tokenizer cannot be loaded.
    """
    count = count_parameters(config)
    weights = _FP32 * (count.total - count.quantised) + round(_NF4 * count.quantised)
    gradients = _FP32 * count.trained
    activations = max(_activations(config, batch), gradients)
    return Memory(weights, gradients, _MOMENTS * count.trained, activations)


def _activations(config: StepsConfig, batch: Batch) -> int:
    short, long = (_kept(config, batch, depth) for depth in (1, 2))
    layer = long.bytes - short.bytes
    around = short.bytes - layer
    trained = config.train_layers or long.layers
    if not config.gradient_checkpointing:
        return around + trained * layer
    inputs = trained * batch.rows * batch.tokens * long.width * _FP32
    return around + inputs + layer


class _Kept(NamedTuple):
    bytes: int
    layers: int
    """The layers of the whole model, not of the part that was run."""
    width: int


def _kept(config: StepsConfig, batch: Batch, depth: int) -> _Kept:
    """Return what the forward pass of the lowest `depth` layers keeps for the backward pass."""
    whole: list[int] = []

    def load(model: str | Path, kind: Kind, layers: int | None = None, memory: Place = "device") -> PreTrainedModel:
        whole.append(load_shapes(model, kind, layers).config.num_hidden_layers)
        return load_shapes(model, kind, depth)

    changes = {"train_layers": None, "gradient_checkpointing": False}
    if isinstance(config, TokenConfig):
        changes["load_in_4bit"] = False
    with torch.device("meta"):
        learner = make_learner(config, load)
        Trainable(learner, config.model_copy(update=changes))
    sizes: dict[int, tuple[int, Any]] = {}
    with FakeTensorMode():
        _to_fake(learner.root, in_bf16=loads_in_4bit(config))
        own = {id(weight.untyped_storage()) for weight in learner.root.parameters()}

        def keep(tensor: torch.Tensor) -> torch.Tensor:
            storage = tensor.untyped_storage()
            if id(storage) not in own:
                # The storage is held with its size: a freed one would lend its id to the next.
                sizes[id(storage)] = (storage.nbytes(), storage)
            return tensor

        learner.language_model.train()
        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            _forward(learner, batch, config)
    return _Kept(sum(size for size, _ in sizes.values()), whole[0], learner.language_model.config.hidden_size)


def _to_fake(root: nn.Module, in_bf16: bool) -> None:
    """Give a model on the meta device fake weights of the CPU, on which operations behave as on real ones.

    With `in_bf16`, frozen linear layers get weights of that type: weights of 4 bits are unpacked to it and not kept.
    """
    made: dict[int, nn.Parameter] = {}
    for module in root.modules():
        for name, weight in module._parameters.items():
            if weight is not None:
                # Tied weights stay one.
                unpacked = in_bf16 and isinstance(module, nn.Linear) and not weight.requires_grad
                dtype = torch.bfloat16 if unpacked else weight.dtype
                fake = nn.Parameter(torch.empty(weight.shape, dtype=dtype), weight.requires_grad)
                module._parameters[name] = made.setdefault(id(weight), fake)
        for name, buffer in module._buffers.items():
            if buffer is not None:
                module._buffers[name] = torch.empty(buffer.shape, dtype=buffer.dtype)


def _forward(learner: Learner[Any], batch: Batch, config: StepsConfig) -> None:
    shape = (batch.rows, batch.tokens)
    inputs = {name: torch.ones(shape, dtype=torch.long) for name in ("input_ids", "attention_mask", "position_ids")}
    with torch.autocast("cpu", torch.bfloat16, enabled=config.bf16 or loads_in_4bit(config)):
        if learner.head is not None:
            states = learner.language_model(**inputs, use_cache=False).last_hidden_state.float()
            sections = torch.ones(shape)
            learner.head(states, sections, sections)
            return
        logits = learner.language_model(**inputs, logits_to_keep=batch.answers, use_cache=False).logits.float()
        answers = torch.zeros((batch.rows, batch.answers), dtype=torch.long)
        cross_entropy(logits.transpose(1, 2), answers, reduction="sum")
