"""The configuration of a training run, a record for each objective. Names follow transformers' where it has one.

`TrainConfig` is what all have in common; validating values as one gives the record of the objective that they name.
It decides nothing about pairs or files, and needs no torch.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from codefavor.judges.card import Unfinished
from codefavor.judges.format import DEFAULT_MAX_LENGTH
from codefavor.models.embedded import EMBEDDED
from codefavor.pairs.criterion import Wording
from codefavor.pairs.presentation import CommentPolicy
from codefavor.record import Record

Schedule = Literal["cosine", "linear", "constant"]
Positive = Annotated[int, Field(gt=0)]
Rate = Annotated[float, Field(gt=0)]
DEFAULT_OBJECTIVE = "classification"
"""The default objective."""


class TrainConfig(Record):
    """How a judge is trained, whatever the objective. The defaults are the paper's (section A.2)."""

    objective: str
    """The objective; decides which further settings there are."""
    comments: CommentPolicy = "stripped"
    """Whether comments and docstrings are stripped from both codes of every pair."""
    shares: tuple[Annotated[float, Field(ge=0)], ...] | None = None
    """The share of each --pairs file in the training pairs, in their order; None takes all of every file."""
    max_pairs: Positive | None = None
    """The maximum number of pairs, drawn by whole problems; None takes all."""
    seed: int = 666
    """The seed of the order of examples and of new weights."""

    @model_validator(mode="wrap")
    @classmethod
    def _as_the_objective_has_it(cls, values: Any, validate: ModelWrapValidatorHandler[Self]) -> Any:
        if isinstance(values, TrainConfig) or not isinstance(values, Mapping):
            return validate(values)
        if cls is TrainConfig:
            name = values.get("objective", DEFAULT_OBJECTIVE)
            if name not in CONFIG_CLASSES:
                raise _refusal("objective", name, f"unknown objective {name!r}; known are {', '.join(CONFIG_CLASSES)}")
            return CONFIG_CLASSES[name].model_validate(values)
        for name in values:
            if name not in cls.model_fields:
                raise _refusal(name, values[name], _no_setting(name, cls))
        return validate(values)

    @model_validator(mode="after")
    def _has_a_share(self) -> Self:
        if self.shares is not None and not sum(self.shares):
            raise ValueError("shares are all zero, which leaves nothing to learn from")
        return self

    @property
    def wording(self) -> Wording:
        """The criterion that the judge reads."""
        return "given"


class GroundedConfig(TrainConfig):
    """Evidence joined with another judge; it is weighed by the aspect of each pair's own criterion."""

    objective: Literal["grounded"] = "grounded"
    inner: str | None = None
    """The spec of the judge that evidence is joined with; None leaves evidence alone."""


class WordedConfig(TrainConfig):
    """What objectives share that read the criterion."""

    criterion: Wording = "given"
    """What the judge is to judge by: the pair's own criterion, high quality in general, or nothing."""

    @property
    def wording(self) -> Wording:
        """The criterion that the judge reads."""
        return self.criterion


class LinearConfig(WordedConfig):
    """Token n-grams; there is nothing to choose."""

    objective: Literal["linear"] = "linear"


class ModelConfig(WordedConfig):
    """What objectives share that read with a language model."""

    model: str = EMBEDDED
    """The base: "embedded", a Hugging Face folder, or a hub id."""
    max_length: Positive = DEFAULT_MAX_LENGTH
    """The maximum number of tokens of one input; longer ones are cut fairly, never in the criterion."""
    judge_max_length: Positive | None = None
    """The same when the judge is used; None is `max_length`. Training on short inputs is faster."""
    bf16: bool = False
    """Whether to compute in bfloat16, on a CPU only if it multiplies in it; weights stay in fp32."""

    @model_validator(mode="after")
    def _judges_no_less_than_it_learns(self) -> Self:
        if self.judge_max_length is not None and self.judge_max_length < self.max_length:
            raise ValueError("judge_max_length is less than max_length, which would cut what training has seen")
        return self


class DifferenceConfig(ModelConfig):
    """Token n-grams and the states of a language model that stays as it is."""

    objective: Literal["difference"] = "difference"
    layers: Positive | None = None
    """Keep only this many of the lowest layers; None keeps all."""


class StepsConfig(ModelConfig):
    """What objectives share that train a language model step by step."""

    train_layers: Positive | None = None
    """Train only this many of the highest kept layers, and what comes after them; None trains all weights."""
    train_embeddings: bool = True
    """Whether the token embeddings are trained where all layers are."""
    lora_r: Positive | None = None
    """The rank of LoRA adapters on all linear layers, merged into the weights at the end; None trains the weights."""
    lora_alpha: Positive = 16
    """The scale of LoRA adapters."""
    learning_rate: Rate = 5e-6
    """The peak learning rate."""
    embedding_learning_rate: Rate | None = None
    """The peak learning rate of the token embeddings; None gives them the same as the rest."""
    lr_scheduler_type: Schedule = "cosine"
    """How the learning rate falls after the warm-up: along a cosine or a line to zero, or not at all."""
    warmup_steps: Annotated[int, Field(ge=0)] = 40
    """Steps over which the learning rate rises from zero."""
    num_train_epochs: Rate = 2.0
    """Passes over the pairs."""
    max_steps: Positive | None = None
    """Stop the schedule at this many steps; None goes by the epochs."""
    per_device_train_batch_size: Positive = 4
    """Examples of one forward pass. A pair is two examples of classification and generation (both orders, always in one
    pass), one of the other objectives."""
    gradient_accumulation_steps: Positive = 8
    """Forward passes of one step."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    """AdamW's weight decay."""
    max_grad_norm: Rate = 1.0
    """The norm at which gradients are clipped."""
    gradient_checkpointing: bool = False
    """Whether activations are computed again in the backward pass: a third more time for a fraction of the memory."""
    logging_steps: Positive = 10
    """Steps between two lines of progress in training.jsonl."""
    save_steps: Positive = 200
    """Steps between two checkpoints."""

    @model_validator(mode="after")
    def _trains_adapters_or_layers(self) -> Self:
        if self.lora_r is not None and self.train_layers is not None:
            raise ValueError("lora_r and train_layers exclude each other: choose adapters or the highest layers")
        return self


class TokenConfig(StepsConfig):
    """What objectives share whose judges answer in tokens."""

    keep_adapter: bool = False
    """Whether the judge is kept as its LoRA adapter, a small folder that needs the base, instead of merged with it."""
    load_in_4bit: bool = False
    """Whether the base stands in memory in 4 bits while LoRA adapters are trained (QLoRA; needs CUDA, bitsandbytes)."""

    @model_validator(mode="after")
    def _adapter_settings_need_lora(self) -> Self:
        for name in ("load_in_4bit", "keep_adapter"):
            if getattr(self, name) and self.lora_r is None:
                raise ValueError(f"{name} is for LoRA adapters; set lora_r")
        return self


class ClassificationConfig(TokenConfig):
    """One token, A or B, after both candidates."""

    objective: Literal["classification"] = "classification"


class OrderFreeConfig(TokenConfig):
    """The same with both candidates side by side."""

    objective: Literal["order-free"] = "order-free"


class GenerationTrainConfig(TokenConfig):
    """Feedback, then a result line."""

    objective: Literal["generation"] = "generation"
    max_new_tokens: Positive = 256
    """The maximum number of tokens of a reply, within `max_length`; feedback loses its last sentences to fit."""
    unfinished: Unfinished = "undecided"
    """What a reply without a result line counts as when the judge is used: no answer with the reason, or forced, the
    letter that is likelier where the result line would stand."""

    @model_validator(mode="after")
    def _has_something_to_judge(self) -> Self:
        if self.max_new_tokens >= self.max_length:
            raise ValueError("max_new_tokens must be less than max_length, or nothing is left for the input")
        return self


class RewardConfig(StepsConfig):
    """A Bradley-Terry score for each candidate."""

    objective: Literal["reward"] = "reward"
    readout: Literal["last", "sum"] = "last"
    """What a reward is read from: the last token, or a sum over the code's tokens weighed by the criterion."""
    instruction: bool = True
    """Whether the instruction is read."""
    layers: Positive | None = None
    """Keep only this many of the lowest layers; None keeps all."""
    head_learning_rate: Rate | None = None
    """The peak learning rate of the reward head; None gives it the same as the rest."""

    @model_validator(mode="after")
    def _trains_layers_that_it_keeps(self) -> Self:
        if self.layers is not None and self.train_layers is not None and self.train_layers > self.layers:
            raise ValueError(f"train_layers {self.train_layers} is more than the {self.layers} layers that are kept")
        return self


def objective_name(config: type[TrainConfig]) -> str:
    """Return the objective whose settings a record holds."""
    return str(config.model_fields["objective"].default)


CONFIG_CLASSES: Mapping[str, type[TrainConfig]] = {
    objective_name(config): config
    for config in (
        ClassificationConfig,
        OrderFreeConfig,
        GenerationTrainConfig,
        RewardConfig,
        LinearConfig,
        DifferenceConfig,
        GroundedConfig,
    )
}
"""The record of each objective."""


def loads_in_4bit(config: TrainConfig) -> bool:
    """Return whether the base stands in memory in 4 bits."""
    return isinstance(config, TokenConfig) and config.load_in_4bit


def keeps_adapter(config: TrainConfig) -> bool:
    """Return whether the judge is kept as its adapter alone."""
    return isinstance(config, TokenConfig) and config.keep_adapter


def _no_setting(name: str, config: type[TrainConfig]) -> str:
    others = [other for other, fields in CONFIG_CLASSES.items() if name in fields.model_fields]
    has = f", only of {' and '.join(others)}" if others else ""
    return f"no setting of the {objective_name(config)} objective{has}"


def _refusal(name: str, value: object, reason: str) -> ValidationError:
    # A reason may hold braces, which the template of a custom error would take for fields.
    fault = PydanticCustomError("setting", "{reason}", {"reason": reason})
    return ValidationError.from_exception_data("TrainConfig", [{"type": fault, "loc": (name,), "input": value}])
