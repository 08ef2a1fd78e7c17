from pathlib import Path

import pytest
import torch

from codefavor.errors import ConfigError
from codefavor.judges.trained.classification import ClassificationJudge, JointInput
from codefavor.models.precision import Int8Linear, Precision, RowQuantiser, in_precision, row_levels
from codefavor.models.pretrained import load_tokenizer, load_weights
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, criterion_for
from conftest import judging_precisions

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
        near = Int8Linear(linear, RowQuantiser(row_levels()))(rows)
    assert near.shape == exact.shape
    # Rows are coded by themselves: that one is a thousand times larger takes nothing from the other.
    for part in range(2):
        assert float((near[part] - exact[part]).norm() / exact[part].norm()) < 0.02


def test_a_row_of_zeros_stays_the_bias() -> None:
    linear = torch.nn.Linear(8, 3)
    with torch.inference_mode():
        torch.testing.assert_close(
            Int8Linear(linear, RowQuantiser(row_levels()))(torch.zeros(2, 8)), linear.bias.repeat(2, 1)
        )


@pytest.mark.parametrize("levels", [63, 127])
def test_a_row_is_coded_around_the_code_of_zero(levels: int) -> None:
    quantiser = RowQuantiser(levels)
    codes, steps = quantiser(torch.tensor([[2.0, -2.0, 0.0, 0.5]]))
    assert codes.tolist() == [[2 * levels + 1, 1, levels + 1, levels + 1 + round(levels / 4)]]
    assert codes.dtype == torch.uint8
    assert steps.item() == pytest.approx(2 / levels)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("levels", [63, row_levels()])
def test_sums_of_the_largest_bytes_do_not_overflow(levels: int, sign: int) -> None:
    linear = torch.nn.Linear(576, 4, bias=False)
    torch.nn.init.ones_(linear.weight)
    with torch.inference_mode():
        product = Int8Linear(linear, RowQuantiser(levels))(sign * torch.ones(3, 576))
    torch.testing.assert_close(product, sign * torch.full((3, 4), 576.0))


def test_bf16_is_refused_where_it_would_be_emulated(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True})
    with pytest.raises(ConfigError, match="no products in bf16"):
        in_precision(load_weights(tiny_model, "causal"), "bf16")


@pytest.mark.parametrize("precision", judging_precisions())
def test_a_judge_in_less_precision_answers_nearly_the_same(tiny_model: Path, precision: Precision) -> None:
    inputs = JointInput(load_tokenizer(tiny_model), 512)
    plain = ClassificationJudge("tiny", load_weights(tiny_model, "causal"), inputs).judge(SHOWN)
    rough = ClassificationJudge("tiny", in_precision(load_weights(tiny_model, "causal"), precision), inputs)
    answers = [verdict.prob_a or 0 for verdict in rough.judge(SHOWN)]
    assert answers == pytest.approx([verdict.prob_a or 0 for verdict in plain], abs=0.01)
    assert answers != [verdict.prob_a for verdict in plain]
