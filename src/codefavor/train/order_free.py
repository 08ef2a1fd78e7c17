"""The order-free objective: that the chosen code is preferred when both are read side by side, each pair once."""

from collections.abc import Iterable, Sequence

from torch.nn.functional import logsigmoid

from codefavor.judges.format import APART_FORMAT
from codefavor.judges.trained.order_free import ApartInput, order_free_margins, side_by_side
from codefavor.models.embedded import resolve_model
from codefavor.models.pretrained import WeightsLoader, load_tokenizer, load_weights
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import OrderFreeConfig
from codefavor.train.examples import ApartExample, ExampleSet, apart_examples
from codefavor.train.objectives import Loss, TokenLearner


class OrderFreeLearner(TokenLearner):
    """The negative log-probability that the chosen code wins; the two orders of a pair are one example."""

    input_format = APART_FORMAT

    def __init__(self, config: OrderFreeConfig, load: WeightsLoader = load_weights) -> None:
        """Load the base model with `load`.

        Raises:
            ModelError: it cannot be loaded.
            ConfigError: its tokenizer has no single token for "A" or "B".
        """
        tokenizer = load_tokenizer(resolve_model(config.model))
        self._inputs = ApartInput(tokenizer, config.max_length)
        super().__init__(config, tokenizer, load)

    def examples(self, pairs: Iterable[PreferencePair]) -> ExampleSet[ApartExample]:
        """Return one example a pair."""
        return apart_examples(pairs, self._comments, self._inputs.encode)

    def loss(self, batch: Sequence[ApartExample]) -> Loss:
        """Return the negative log-probability that the chosen codes win."""
        trees = [side_by_side(example.shown) for example in batch]
        margins = order_free_margins(self.language_model, trees, self._inputs.verdicts)
        return Loss(-logsigmoid(margins).sum(), int((margins > 0).sum()), sum(example.length for example in batch))
