"""What a learner is: a model, its examples, and the loss of a batch of them; and what those of tokens share."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Generic, NamedTuple, Protocol, TypeVar

import torch
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from codefavor.models.embedded import resolve_model
from codefavor.models.pretrained import WeightsLoader, load_tokenizer, load_weights
from codefavor.models.segment_attention import read_by_segments
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import TokenConfig
from codefavor.train.examples import ExampleSet, ExampleT

ConfigT = TypeVar("ConfigT", bound=TokenConfig)
InputT = TypeVar("InputT")


class Loss(NamedTuple):
    """What a batch showed."""

    total: torch.Tensor
    """The sum of the losses of its examples, with gradient."""
    right: int
    """How many examples are answered right."""
    tokens: int
    """How many tokens were read, padding left out."""


class Learner(Protocol[ExampleT]):
    """One objective with the model it trains."""

    input_format: str
    """The digest of the input format."""
    language_model: PreTrainedModel
    """The part that came pretrained."""
    head: nn.Module | None
    """The part that is new, if any."""

    @property
    def root(self) -> nn.Module:
        """All of it as one module, whose forward pass begins every other."""

    def examples(self, pairs: Iterable[PreferencePair]) -> ExampleSet[ExampleT]:
        """Return what is learned from `pairs`."""

    def loss(self, batch: Sequence[ExampleT]) -> Loss:
        """Return what a batch of examples shows."""

    def save(self, folder: Path) -> None:
        """Write weights and tokenizer for the judge of this objective."""


def base_weights(config: TokenConfig, load: WeightsLoader) -> PreTrainedModel:
    """Return the base of an objective that answers in tokens, as the configuration wants it loaded.

    Raises:
        ModelError: it cannot be loaded.
        ConfigError: it is to be quantised and this machine has no CUDA device.
        MissingExtraError: it is to be quantised and bitsandbytes is not installed.
    """
    return load(resolve_model(config.model), "causal", memory="4bit" if config.load_in_4bit else "device")


class TokenLearner(Generic[ConfigT, InputT]):
    """What objectives share whose judges answer in tokens: a language model that reads by segments, and nothing new."""

    head: nn.Module | None = None

    def __init__(self, config: ConfigT, load: WeightsLoader = load_weights) -> None:
        """Load the base model with `load`.

        Raises:
            ModelError: it cannot be loaded.
            ConfigError: its tokenizer has no single token for a verdict.
        """
        self._tokenizer = load_tokenizer(resolve_model(config.model))
        self._inputs = self._make_inputs(self._tokenizer, config)
        self._config = config
        self.language_model = read_by_segments(base_weights(config, load))

    @staticmethod
    def _make_inputs(tokenizer: PreTrainedTokenizerBase, config: ConfigT) -> InputT:
        """Return what comparisons become inputs with, as the judge has it."""
        raise NotImplementedError

    @property
    def root(self) -> nn.Module:
        """The language model."""
        return self.language_model

    def save(self, folder: Path) -> None:
        """Write the model as a Hugging Face folder."""
        self.language_model.save_pretrained(folder)
        self._tokenizer.save_pretrained(folder)
