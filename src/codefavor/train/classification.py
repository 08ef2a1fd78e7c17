"""The classification objective: the one token that answers, in both orders of every pair.

Only the place of the answer goes through the output layer.
"""

from collections.abc import Iterable, Sequence

import torch
from torch.nn.functional import cross_entropy
from transformers import PreTrainedTokenizerBase

from codefavor.judges.format import JOINT_FORMAT
from codefavor.judges.trained.classification import JointInput, answer_logits
from codefavor.models.prefix_tree import build_prefix_trees
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import ClassificationConfig
from codefavor.train.examples import ExampleSet, JointExample, joint_examples
from codefavor.train.learner import Loss, TokenLearner
from codefavor.train.preprocess import preprocess


class ClassificationLearner(TokenLearner[ClassificationConfig, JointInput]):
    """The paper's classifier: cross-entropy over the vocabulary at the one token that answers "A" or "B"."""

    input_format = JOINT_FORMAT

    @staticmethod
    def _make_inputs(tokenizer: PreTrainedTokenizerBase, config: ClassificationConfig) -> JointInput:
        return JointInput(tokenizer, config.max_length)

    def examples(self, pairs: Iterable[PreferencePair]) -> ExampleSet[JointExample]:
        """Return two examples a pair, one in each order."""
        return joint_examples(preprocess(pairs, self._config.comments, self._config.wording), self._inputs.encode)

    def loss(self, batch: Sequence[JointExample]) -> Loss:
        """Return the cross-entropy of the answers."""
        rows = [example.token_ids for example in batch]
        trees = build_prefix_trees(rows)
        logits = answer_logits(self.language_model, trees)
        token_a, token_b = self._inputs.verdicts
        labels = [batch[row].label for tree in trees for row in tree.rows]
        answers = torch.tensor([token_a if label == "A" else token_b for label in labels]).to(logits.device)
        margin = (logits[:, token_a] - logits[:, token_b]) * torch.where(answers == token_a, 1.0, -1.0)
        total = cross_entropy(logits, answers, reduction="sum")
        return Loss(total, int((margin > 0).sum()), sum(map(len, rows)))
