"""The reward objective: a scalar score of each candidate, trained on the differences of pairs."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from torch import nn
from torch.nn.functional import logsigmoid

from codefavor.judges.format import SINGLE_FORMAT
from codefavor.judges.trained.reward import RewardModel, SingleInput, save_reward_model
from codefavor.models.embedded import resolve_model
from codefavor.models.pretrained import WeightsLoader, load_tokenizer, load_weights
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import RewardConfig
from codefavor.train.examples import ExampleSet, SingleExample, single_examples
from codefavor.train.learner import Loss
from codefavor.train.preprocess import preprocess


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
        return single_examples(preprocess(pairs, self._config.comments, self._config.wording), self._inputs.encode)

    def loss(self, batch: Sequence[SingleExample]) -> Loss:
        """Return the negative log-probability that the chosen codes win."""
        candidates = [candidate for example in batch for candidate in (example.chosen, example.rejected)]
        scores = self._model(candidates, self._inputs.pad_id).view(-1, 2)
        margin = scores[:, 0] - scores[:, 1]
        return Loss(
            -logsigmoid(margin).sum(),
            int((margin > 0).sum()),
            sum(len(candidate.token_ids) for candidate in candidates),
        )

    def save(self, folder: Path) -> None:
        """Write the backbone as a Hugging Face folder, and the head beside it."""
        save_reward_model(self._model, folder)
        self._tokenizer.save_pretrained(folder)
