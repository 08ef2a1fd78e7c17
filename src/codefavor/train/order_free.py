"""The order-free objective: that the chosen code is preferred when both are read side by side, each pair once."""

from collections.abc import Iterable, Sequence

from torch.nn.functional import logsigmoid
from transformers import PreTrainedTokenizerBase

from codefavor.judges.format import ORDER_FREE_FORMAT
from codefavor.judges.trained.order_free import OrderFreeInput, order_free_margins, side_by_side
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import OrderFreeConfig
from codefavor.train.examples import ExampleSet, OrderFreeExample, order_free_examples
from codefavor.train.learner import Loss, TokenLearner
from codefavor.train.preprocess import preprocess


class OrderFreeLearner(TokenLearner[OrderFreeConfig, OrderFreeInput]):
    """The negative log-probability that the chosen code wins; the two orders of a pair are one example."""

    input_format = ORDER_FREE_FORMAT

    @staticmethod
    def _make_inputs(tokenizer: PreTrainedTokenizerBase, config: OrderFreeConfig) -> OrderFreeInput:
        return OrderFreeInput(tokenizer, config.max_length)

    def examples(self, pairs: Iterable[PreferencePair]) -> ExampleSet[OrderFreeExample]:
        """Return one example a pair."""
        return order_free_examples(preprocess(pairs, self._config.comments, self._config.wording), self._inputs.encode)

    def loss(self, batch: Sequence[OrderFreeExample]) -> Loss:
        """Return the negative log-probability that the chosen codes win."""
        trees = [side_by_side(example.tokens) for example in batch]
        margins = order_free_margins(self.language_model, trees, self._inputs.verdicts)
        return Loss(-logsigmoid(margins).sum(), int((margins > 0).sum()), sum(example.length for example in batch))
