"""What is learned: a model, its examples, and the loss of a batch of them, one class an objective (see generation too).

Only the place of the answer goes through the output layer.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import torch
from torch import nn
from torch.nn.functional import cross_entropy, logsigmoid
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from codefavor.judges.format import JOINT_FORMAT, SINGLE_FORMAT
from codefavor.judges.trained.classification import JointInput, answer_logits
from codefavor.judges.trained.reward import RewardModel, SingleInput, save_reward_model
from codefavor.models.embedded import resolve_model
from codefavor.models.prefix_tree import families
from codefavor.models.pretrained import WeightsLoader, load_tokenizer, load_weights
from codefavor.models.segment_attention import read_by_segments
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import RewardConfig, TokenConfig
from codefavor.train.examples import ExampleSet, ExampleT, JointExample, SingleExample, joint_examples, single_examples


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


class TokenLearner:
    """What objectives share whose judges answer in tokens: a language model that reads by segments, and nothing new."""

    head: nn.Module | None = None

    def __init__(
        self, config: TokenConfig, tokenizer: PreTrainedTokenizerBase, load: WeightsLoader = load_weights
    ) -> None:
        """Load the base model with `load`.

        Raises:
            ModelError: it cannot be loaded.
        """
        self._tokenizer = tokenizer
        self._comments = config.comments
        self.language_model = read_by_segments(base_weights(config, load))

    @property
    def root(self) -> nn.Module:
        """The language model."""
        return self.language_model

    def save(self, folder: Path) -> None:
        """Write the model as a Hugging Face folder."""
        self.language_model.save_pretrained(folder)
        self._tokenizer.save_pretrained(folder)


class ClassificationLearner(TokenLearner):
    """The paper's classifier: cross-entropy over the vocabulary at the one token that answers "A" or "B"."""

    input_format = JOINT_FORMAT

    def __init__(self, config: TokenConfig, load: WeightsLoader = load_weights) -> None:
        """Load the base model with `load`.

        Raises:
            ModelError: it cannot be loaded.
            ConfigError: its tokenizer has no single token for "A" or "B".
        """
        tokenizer = load_tokenizer(resolve_model(config.model))
        self._inputs = JointInput(tokenizer, config.max_length)
        super().__init__(config, tokenizer, load)

    def examples(self, pairs: Iterable[PreferencePair]) -> ExampleSet[JointExample]:
        """Return two examples a pair, one in each order."""
        return joint_examples(pairs, self._comments, self._inputs.encode)

    def loss(self, batch: Sequence[JointExample]) -> Loss:
        """Return the cross-entropy of the answers."""
        rows = [example.token_ids for example in batch]
        found = families(rows)
        logits = answer_logits(self.language_model, found)
        token_a, token_b = self._inputs.verdicts
        labels = [batch[row].label for family in found for row in family.rows]
        answers = torch.tensor([token_a if label == "A" else token_b for label in labels]).to(logits.device)
        margin = (logits[:, token_a] - logits[:, token_b]) * torch.where(answers == token_a, 1.0, -1.0)
        total = cross_entropy(logits, answers, reduction="sum")
        return Loss(total, int((margin > 0).sum()), sum(map(len, rows)))


class RewardLearner:
    """A scalar score trained on differences: the negative log-likelihood of Bradley and Terry's model."""

    input_format = SINGLE_FORMAT

    def __init__(self, config: RewardConfig, load: WeightsLoader = load_weights) -> None:
        """Load the base model's lowest layers with `load` and put a new head on them.

        Raises:
            ModelError: it cannot be loaded.
            ConfigError: it has fewer layers than the configuration keeps.
        """
        model = resolve_model(config.model)
        self._tokenizer = load_tokenizer(model)
        self._inputs = SingleInput(self._tokenizer, config.max_length, config.instruction)
        self._config = config
        self._model = RewardModel(load(model, "backbone", config.layers), config.readout)
        self.language_model = self._model.backbone
        self.head: nn.Module | None = self._model.head

    @property
    def root(self) -> nn.Module:
        """The language model with its head."""
        return self._model

    def examples(self, pairs: Iterable[PreferencePair]) -> ExampleSet[SingleExample]:
        """Return one example a pair."""
        return single_examples(pairs, self._config.comments, self._inputs.encode)

    def loss(self, batch: Sequence[SingleExample]) -> Loss:
        """Return the negative log-probability that the chosen codes win."""
        candidates = [candidate for example in batch for candidate in (example.chosen, example.rejected)]
        scores = self._model(candidates, self._inputs.pad_id).view(-1, 2)
        margin = scores[:, 0] - scores[:, 1]
        return Loss(-logsigmoid(margin).sum(), int((margin > 0).sum()), sum(len(each.token_ids) for each in candidates))

    def save(self, folder: Path) -> None:
        """Write the backbone as a Hugging Face folder, and the head beside it."""
        save_reward_model(self._model, folder)
        self._tokenizer.save_pretrained(folder)
