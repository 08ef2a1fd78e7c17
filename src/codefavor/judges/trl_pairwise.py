"""A judge in the shape of TRL's pairwise judges: prompts and pairs of completions in, indices out.

TRL defined that shape as `BasePairwiseJudge` up to 1.0, before its judges were taken out (huggingface/trl#5485); the
trainers and evaluations written against it remain. No class of TRL is needed here. It is for the outside only: within
codefavor an answer is a verdict, which says why there is none.
"""

from collections.abc import Sequence
from random import Random

from codefavor.errors import UserError
from codefavor.judges.both_orders import BothOrders
from codefavor.judges.one_order import turned
from codefavor.judges.protocol import Judge
from codefavor.languages.fences import code_of_reply
from codefavor.languages.python.language import PYTHON
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, Criterion, resolve_criterion
from codefavor.pairs.presentation import CommentPolicy, present
from codefavor.pairs.verdict import Verdict

UNDECIDED = -1
"""The index where there is no better completion: TRL's mark of a failed judgement, and ours of a tie as well."""
_NO_ANSWER = 0.5
_RANK_OF_FIRST = {"A": 0, "B": 1}


class TrlPairwiseJudge:
    """Answers TRL's callers by any judge."""

    def __init__(
        self,
        judge: Judge,
        criterion: str | Criterion = Aspect.CORRECTNESS,
        *,
        comments: CommentPolicy = "stripped",
        one_order: bool = False,
        seed: int = 0,
    ) -> None:
        """Ask `judge`, in both orders unless `one_order`, by one criterion for all prompts; `seed` shuffles."""
        self._judge = judge if one_order else BothOrders(judge)
        self._criterion = criterion if isinstance(criterion, Criterion) else resolve_criterion(criterion)
        self._comments: CommentPolicy = comments
        self._random = Random(seed)

    def judge(
        self,
        prompts: Sequence[str],
        completions: Sequence[Sequence[str]],
        shuffle_order: bool = True,
        return_scores: bool = False,
    ) -> list[int] | list[float]:
        """Return the index of each prompt's better completion, 0 or 1, and -1 where the judge is undecided.

        A completion may be a chat reply: its Python block is judged, or all of it where it has none.

        Args:
            prompts: what the code was to do.
            completions: two completions for every prompt.
            shuffle_order: show the two in an order drawn at random; what is returned is about the given order.
            return_scores: return instead the probability that the first completion is better: 1 or 0 where the judge
                gives a choice without one, 0.5 where it is undecided.

        Raises:
            UserError: a prompt does not have exactly two completions.
            ModelError: the judge failed.
        """
        comparisons = self._comparisons(prompts, completions)
        flipped = [shuffle_order and self._random.random() < 0.5 for _ in comparisons]
        oriented = [
            comparison.swapped() if flip else comparison for comparison, flip in zip(comparisons, flipped, strict=True)
        ]
        answers = zip(comparisons, self._judge.judge(oriented), flipped, strict=True)
        # Verdicts are turned back, not numbers: 1 minus the -1 of a failure would be 2.
        verdicts = [turned(verdict, comparison) if flip else verdict for comparison, verdict, flip in answers]
        return [_score(verdict) for verdict in verdicts] if return_scores else [_index(verdict) for verdict in verdicts]

    def _comparisons(self, prompts: Sequence[str], completions: Sequence[Sequence[str]]) -> list[Comparison]:
        if len(prompts) != len(completions):
            raise UserError(f"{len(prompts)} prompts and {len(completions)} pairs of completions; one pair each")
        return [self._comparison(number, *texts) for number, texts in enumerate(zip(prompts, completions, strict=True))]

    def _comparison(self, number: int, prompt: str, pair: Sequence[str]) -> Comparison:
        if isinstance(pair, str) or len(pair) != 2 or not all(isinstance(text, str) for text in (prompt, *pair)):
            raise UserError(f"prompt {number}: a text with exactly two completions as text was expected")
        code_a, code_b = (code_of_reply(reply, PYTHON) or reply for reply in pair)
        comparison = Comparison(instruction=prompt, criterion=self._criterion, code_a=code_a, code_b=code_b)
        return present(comparison, self._comments).comparison


def _index(verdict: Verdict) -> int:
    return _RANK_OF_FIRST.get(verdict.choice or "", UNDECIDED)


def _score(verdict: Verdict) -> float:
    if verdict.choice in (None, "tie"):
        return _NO_ANSWER
    if verdict.prob_a is not None:
        return verdict.prob_a
    return 1.0 if verdict.choice == "A" else 0.0
