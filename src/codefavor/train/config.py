"""The configuration of one training run. Names follow transformers' TrainingArguments where it has one.

It decides nothing about pairs or files, and needs no torch.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from codefavor.judges.card import Objective, Unfinished
from codefavor.judges.format import DEFAULT_MAX_LENGTH
from codefavor.models.embedded import EMBEDDED
from codefavor.pairs.criterion import Wording
from codefavor.pairs.presentation import CommentPolicy
from codefavor.record import Record

Schedule = Literal["cosine", "linear", "constant"]
_OF_ADAPTERS = ("classification", "order-free", "generation")
Positive = Annotated[int, Field(gt=0)]


class TrainConfig(Record):
    """How a judge is trained. The defaults are the paper's (section A.2)."""

    objective: Objective = "classification"
    """classification: one token, A or B; order-free: the same with both candidates side by side; generation: feedback,
    then a result line; reward: a Bradley-Terry score; linear: token n-grams, no language model; difference:
    the same and the states of a language model that stays as it is; grounded: evidence joined with another judge."""
    model: str = EMBEDDED
    """The base: "embedded", a Hugging Face folder, or a hub id."""
    inner: str | None = None
    """The spec of the judge that evidence is joined with (grounded only); None leaves evidence alone."""
    comments: CommentPolicy = "stripped"
    """Whether comments and docstrings are stripped from both codes of every pair."""
    criterion: Wording = "given"
    """What the judge is told to judge by: the pair's own criterion, high quality in general, or nothing."""
    shares: tuple[Annotated[float, Field(ge=0)], ...] | None = None
    """How much of what is learned comes from each --pairs file, in their order; None takes all of every file."""
    most_pairs: Positive | None = None
    """The most pairs to learn from, drawn by whole problems; None takes all."""
    max_length: Positive = DEFAULT_MAX_LENGTH
    """The most tokens of one input; longer ones are cut fairly, never in the criterion."""
    readout: Literal["last", "sum"] = "last"
    """What a reward is read from: the last token, or a sum over the code's tokens weighed by the criterion."""
    instruction: bool = True
    """Whether a reward judge reads the instruction."""
    max_new_tokens: Positive = 256
    """The most tokens of a reply (generation only), within `max_length`; feedback loses its last sentences to fit."""
    unfinished: Unfinished = "undecided"
    """What a reply without a result line counts as when the judge is used (generation only): no answer with the reason,
    or forced, the letter that is likelier where the result line would stand."""
    judge_max_length: Positive | None = None
    """The most tokens of one input when the judge is used; None is `max_length`. Training on short inputs is faster."""
    layers: Positive | None = None
    """Keep only this many of the lowest layers (reward and difference only); None keeps all."""
    train_layers: Positive | None = None
    """Train only this many of the highest kept layers, and what comes after them; None trains all weights."""
    train_embeddings: bool = True
    """Whether the token embeddings are trained where all layers are."""
    lora_r: Positive | None = None
    """The rank of LoRA adapters on all linear layers, merged into the weights at the end; None trains the weights."""
    lora_alpha: Positive = 16
    """The scale of LoRA adapters."""
    keep_adapter: bool = False
    """Whether the judge is kept as its LoRA adapter, a small folder that needs the base, instead of merged with it."""
    load_in_4bit: bool = False
    """Whether the base stands in memory in 4 bits while LoRA adapters are trained (QLoRA; needs CUDA, bitsandbytes)."""
    learning_rate: Annotated[float, Field(gt=0)] = 5e-6
    """The peak learning rate."""
    embedding_learning_rate: Annotated[float, Field(gt=0)] | None = None
    """The peak learning rate of the token embeddings; None gives them the same as the rest."""
    head_learning_rate: Annotated[float, Field(gt=0)] | None = None
    """The peak learning rate of the reward head; None gives it the same as the rest."""
    lr_scheduler_type: Schedule = "cosine"
    """How the learning rate falls after the warm-up: along a cosine or a line to zero, or not at all."""
    warmup_steps: Annotated[int, Field(ge=0)] = 40
    """Steps over which the learning rate rises from zero."""
    num_train_epochs: Annotated[float, Field(gt=0)] = 2.0
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
    max_grad_norm: Annotated[float, Field(gt=0)] = 1.0
    """The norm at which gradients are clipped."""
    bf16: bool = False
    """Whether to compute in bfloat16, on a CPU only if it multiplies in it; weights stay in fp32."""
    gradient_checkpointing: bool = False
    """Whether activations are computed again in the backward pass: a third more time for a fraction of the memory."""
    logging_steps: Positive = 10
    """Steps between two lines of progress in training.jsonl."""
    save_steps: Positive = 200
    """Steps between two checkpoints."""
    seed: int = 666
    """The seed of the order of examples and of new weights."""

    @model_validator(mode="after")
    def _asks_of_judges_without_output_layer_alone(self) -> Self:
        if self.layers is not None and self.objective not in ("reward", "difference"):
            raise ValueError(
                "layers can only be dropped for a reward or difference judge; a verdict token needs the output layer"
            )
        return self

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.inner is not None and self.objective != "grounded":
            raise ValueError("inner names the judge that a grounded judge asks; other objectives ask none")
        if self.criterion != "given" and self.objective == "grounded":
            raise ValueError(
                "a grounded judge weighs evidence by the aspect of the pair's own criterion; leave criterion"
            )
        if self.shares is not None and not sum(self.shares):
            raise ValueError("shares are all zero, which leaves nothing to learn from")
        if self.layers is not None and self.train_layers is not None and self.train_layers > self.layers:
            raise ValueError(f"train_layers {self.train_layers} is more than the {self.layers} layers that are kept")
        if self.objective == "generation" and self.max_new_tokens >= self.max_length:
            raise ValueError("max_new_tokens leaves no room in max_length for anything to judge")
        if self.judge_max_length is not None and self.judge_max_length < self.max_length:
            raise ValueError("judge_max_length is less than max_length, which would cut what training has seen")
        return self

    @model_validator(mode="after")
    def _has_adapters_where_they_are_spoken_of(self) -> Self:
        if self.lora_r is not None and self.train_layers is not None:
            raise ValueError("lora_r and train_layers exclude each other: choose adapters or the highest layers")
        if self.load_in_4bit and (self.lora_r is None or self.objective not in _OF_ADAPTERS):
            raise ValueError("load_in_4bit is for LoRA adapters of judges that answer in tokens; set lora_r")
        if self.keep_adapter and (self.lora_r is None or self.objective not in _OF_ADAPTERS):
            raise ValueError("keep_adapter is for LoRA adapters of judges that answer in tokens; set lora_r")
        return self
