"""The shape is that of `trl.experimental.judges` of TRL 1.0, and of its callers; later releases have neither."""

import inspect
from collections.abc import Sequence

import pytest

from codefavor.errors import UserError
from codefavor.judges.baseline import FirstJudge, LengthJudge
from codefavor.judges.trl_pairwise import TrlPairwiseJudge
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Verdict

SHORTER = "The better code is shorter."


class Sure:
    """Says with what probability A is better: 0.9 where it holds "good", 0.1 where B does; else it fails, or ties."""

    name = "sure"

    def __init__(self) -> None:
        self.seen: list[Comparison] = []

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        self.seen += comparisons
        return [self._one(comparison) for comparison in comparisons]

    def _one(self, comparison: Comparison) -> Verdict:
        digest, both = comparison.digest(), comparison.code_a + comparison.code_b
        if "tie" in both:
            return Verdict(comparison=digest, judge=self.name, choice="tie")
        if "good" not in both:
            return Verdict(comparison=digest, judge=self.name, undecided="it failed")
        if "good" in comparison.code_a:
            return Verdict(comparison=digest, judge=self.name, choice="A", prob_a=0.9)
        return Verdict(comparison=digest, judge=self.name, choice="B", prob_a=0.1)


def test_it_is_called_as_trls_judges_are() -> None:
    parameters = inspect.signature(TrlPairwiseJudge(FirstJudge()).judge).parameters
    assert list(parameters)[:3] == ["prompts", "completions", "shuffle_order"]
    assert parameters["shuffle_order"].default is True and parameters["return_scores"].default is False


def test_indices_are_plain_numbers_of_the_order_given() -> None:
    judge = TrlPairwiseJudge(LengthJudge("shorter"), SHORTER)
    first, second = ["x", "xxx", "xx"], ["xx", "x", "yy"]
    ranks = judge.judge(["Add."] * 3, list(zip(first, second, strict=True)))  # as its trainers paired them
    assert ranks == [0, 1, -1] and all(type(rank) is int for rank in ranks)
    assert [rank == 0 for rank in ranks] == [True, False, False]


@pytest.mark.parametrize("one_order", [False, True])
@pytest.mark.parametrize("shuffle", [False, True])
def test_an_undecided_answer_is_minus_one_shuffled_or_not(shuffle: bool, one_order: bool) -> None:
    judge = TrlPairwiseJudge(Sure(), SHORTER, one_order=one_order)
    prompts, pairs = ["Add."] * 64, [["x = 1", "x = 2"]] * 64
    assert set(judge.judge(prompts, pairs, shuffle)) == {-1}
    assert set(judge.judge(prompts, [["tie", "x"]] * 64, shuffle)) == {-1}
    assert set(judge.judge(prompts, pairs, shuffle, return_scores=True)) == {0.5}
    assert set(judge.judge(prompts, [["tie", "x"]] * 64, shuffle, return_scores=True)) == {0.5}


def test_shuffling_turns_every_answer_back() -> None:
    sure = Sure()
    judge = TrlPairwiseJudge(sure, SHORTER, one_order=True)
    pairs = [["good", "bad"], ["bad", "good"]] * 32
    assert judge.judge(["Add."] * 64, pairs) == [0, 1] * 32
    turned = [comparison.code_a != pair[0] for comparison, pair in zip(sure.seen, pairs, strict=True)]
    assert 0 < sum(turned) < 64
    assert judge.judge(["Add."] * 64, pairs, return_scores=True) == pytest.approx([0.9, 0.1] * 32)
    sure.seen.clear()
    judge.judge(["Add."] * 64, pairs, shuffle_order=False)
    assert [comparison.code_a for comparison in sure.seen] == [pair[0] for pair in pairs]


def test_the_same_seed_shuffles_alike() -> None:
    orders = []
    for seed in (0, 0, 1):
        sure = Sure()
        TrlPairwiseJudge(sure, SHORTER, one_order=True, seed=seed).judge(["Add."] * 32, [["good", "bad"]] * 32)
        orders.append([comparison.code_a for comparison in sure.seen])
    assert orders[0] == orders[1] != orders[2]


def test_a_judge_that_always_says_a_is_undecided_unless_asked_once() -> None:
    assert TrlPairwiseJudge(FirstJudge()).judge(["Add."], [["x", "y"]]) == [-1]
    once = TrlPairwiseJudge(FirstJudge(), one_order=True)
    assert once.judge(["Add."], [["x", "y"]], shuffle_order=False) == [0]
    assert once.judge(["Add."], [["x", "y"]], shuffle_order=False, return_scores=True) == [1.0]


def test_the_code_of_a_chat_reply_is_judged_without_its_comments() -> None:
    sure = Sure()
    reply = "Here it is:\n\n```python\ndef f():\n    return 'good'  # remark\n```\nIt returns a text."
    assert TrlPairwiseJudge(sure).judge(["Return a text."], [[reply, "def f():\n    return ''  # empty"]]) == [0]
    assert {comparison.code_a for comparison in sure.seen} == {"def f():\n    return 'good'", "def f():\n    return ''"}
    sure.seen.clear()
    TrlPairwiseJudge(sure).judge(["Return a text."], [["I cannot do that.", reply]], shuffle_order=False)
    assert sure.seen[0].code_a == "I cannot do that."


def test_nothing_asked_is_nothing_answered() -> None:
    assert TrlPairwiseJudge(FirstJudge()).judge([], []) == []


@pytest.mark.parametrize(
    ("prompts", "completions", "reason"),
    [
        (["Add."], [], "1 prompts and 0 pairs"),
        (["Add.", "Add."], [["x", "y"], ["x", "y", "z"]], "prompt 1: .*exactly two"),
        (["Add."], ["xy"], "prompt 0"),
        ([[{"role": "user", "content": "Add."}]], [["x", "y"]], "prompt 0"),
    ],
)
def test_anything_but_two_texts_is_refused(prompts: list[str], completions: list[list[str]], reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        TrlPairwiseJudge(FirstJudge()).judge(prompts, completions)
