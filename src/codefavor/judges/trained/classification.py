"""The classification judge: a language model that reads both candidates and answers with one token, "A" or "B".

P(A) is a softmax over the logits of those two tokens at the place of the answer; nothing is generated. A common
prefix of several inputs, such as the instruction in both orders, is read once.
Paper: section 2.1, the classification design.
"""

from collections.abc import Sequence

import torch
from transformers import PreTrainedModel

from codefavor.judges.format import JOINT_FORMAT, Encoded, encode_joint
from codefavor.judges.probability import sigmoid, verdict_from
from codefavor.judges.trained.encoding import encode_all
from codefavor.judges.trained.letters import LetterInput, LetterJudge
from codefavor.models.parallel_inference import batch_tokens, read_side_by_side
from codefavor.models.prefix_tree import PrefixTree, batches_of, build_prefix_trees, flatten, row_ends
from codefavor.models.segment_attention import logits_at
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Cost, Verdict


class JointInput(LetterInput):
    """Comparisons as inputs that show both candidates in a row."""

    def encode(self, comparison: Comparison) -> Encoded:
        """Return the comparison as tokens, up to where the answer begins.

        Raises:
            ConfigError: the criterion alone does not fit.
        """
        return encode_joint(comparison, self._chat, self._text, self._max_length)


class ClassificationJudge(LetterJudge[JointInput]):
    """Answers with the likelier of the tokens "A" and "B"."""

    objective = "classification"
    input_format = JOINT_FORMAT
    input_class = JointInput

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return one verdict for every comparison, in their order."""
        rows, verdicts = encode_all(
            comparisons, lambda comparison: self._inputs.encode(comparison).token_ids, self.name
        )
        places = list(rows)
        device = self._model.device
        batches = list(batches_of(build_prefix_trees([rows[place] for place in places]), batch_tokens(device)))
        for batch, answered in read_side_by_side(batches, self._margins, device):
            chosen = [places[row] for tree in batch for row in tree.rows]
            for place, margin in zip(chosen, answered.answers, strict=True):
                cost = Cost(seconds=answered.seconds / len(chosen), input_tokens=len(rows[place]), output_tokens=0)
                verdicts[place] = verdict_from(sigmoid(margin / self._temperature), comparisons[place], self.name, cost)
        return [verdicts[place] for place in range(len(comparisons))]

    def _margins(self, batch: Sequence[PrefixTree]) -> list[float]:
        logits = answer_logits(self._model, batch)
        margins: list[float] = (logits[:, 0] - logits[:, 1]).tolist()
        return margins


def answer_logits(model: PreTrainedModel, batch: Sequence[PrefixTree]) -> torch.Tensor:
    """Return the logits at the place of the answer only, of shape (rows, vocabulary).

    The rows are those of the trees in turn; `model` reads by segments.
    """
    flat = flatten([tree.segments for tree in batch])
    return logits_at(model, flat, [end - 1 for end in row_ends(batch, flat)])
