from pathlib import Path

import pytest
import torch

from codefavor.judge.classification import ClassificationJudge, JointInput
from codefavor.judge.precision import Int8Linear, Precision, _RowQuantiser, in_precision
from codefavor.judge.pretrained import load_tokenizer, load_weights
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, criterion_for

SHOWN = [
    Comparison(instruction="add", criterion=criterion_for(aspect), code_a="x = 1" * times, code_b="y = f(2)")
    for aspect in (Aspect.SECURITY, Aspect.EFFICIENCY)
    for times in (1, 3, 9)
]


@pytest.mark.parametrize("bias", [True, False])
def test_a_product_of_bytes_is_near_that_of_numbers(bias: bool) -> None:
    with torch.random.fork_rng(), torch.inference_mode():
        torch.manual_seed(0)
        linear = torch.nn.Linear(96, 40, bias=bias)
        rows = torch.randn(2, 17, 96) * torch.tensor([1.0, 1000.0])[:, None, None]
        exact = linear(rows)
        near = Int8Linear(linear, _RowQuantiser())(rows)
    assert near.shape == exact.shape
    # Rows are coded by themselves: that one is a thousand times larger takes nothing from the other.
    for part in range(2):
        assert float((near[part] - exact[part]).norm() / exact[part].norm()) < 0.015


def test_a_row_of_zeros_stays_the_bias() -> None:
    linear = torch.nn.Linear(8, 3)
    with torch.inference_mode():
        torch.testing.assert_close(Int8Linear(linear, _RowQuantiser())(torch.zeros(2, 8)), linear.bias.repeat(2, 1))


@pytest.mark.parametrize("precision", ["bf16", "int8"])
def test_a_judge_in_less_precision_answers_nearly_the_same(tiny_model: Path, precision: Precision) -> None:
    inputs = JointInput(load_tokenizer(tiny_model), 512)
    plain = ClassificationJudge("tiny", load_weights(tiny_model, "causal"), inputs).judge(SHOWN)
    rough = ClassificationJudge("tiny", in_precision(load_weights(tiny_model, "causal"), precision), inputs)
    answers = [verdict.prob_a or 0 for verdict in rough.judge(SHOWN)]
    assert answers == pytest.approx([verdict.prob_a or 0 for verdict in plain], abs=0.01)
    assert answers != [verdict.prob_a for verdict in plain]
