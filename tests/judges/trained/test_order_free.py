from pathlib import Path

import pytest
import torch
from tiny_bases import BASES, make_base

from codefavor.judges.card import JudgeCard, write_card
from codefavor.judges.format import ORDER_FREE_FORMAT, OrderFreeTokens
from codefavor.judges.load import load_judge
from codefavor.judges.trained.order_free import OrderFreeInput, OrderFreeJudge, order_free_margins, side_by_side
from codefavor.models.pretrained import load_tokenizer, load_weights
from codefavor.models.segment_attention import read_by_segments
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, criterion_for

SHOWN = [
    Comparison(instruction="add", criterion=criterion_for(aspect), code_a="x = 1" * times, code_b="y = f(2)")
    for aspect in (Aspect.SECURITY, Aspect.EFFICIENCY)
    for times in (1, 3, 9)
]


@pytest.fixture(scope="module", params=["llama-3", "gemma-2", "qwen2.5"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_base(BASES[request.param], tmp_path_factory.mktemp("base"))


def test_exchanging_the_candidates_negates_the_margin(folder: Path) -> None:
    model, inputs = read_by_segments(load_weights(folder, "causal")), OrderFreeInput(load_tokenizer(folder), 700)
    there, back = (
        [side_by_side(inputs.encode(each)[0]) for each in shown] for shown in (SHOWN, [s.swapped() for s in SHOWN])
    )
    with torch.no_grad():
        for weight in model.parameters():
            # Random small weights say hardly anything, whatever they read.
            weight.mul_(10 if weight.dim() > 1 else 1)
        one, other = (order_free_margins(model, trees, inputs.verdicts) for trees in (there, back))
    assert float((one + other).abs().max()) < 1e-4
    assert float(one.abs().max()) > 1e-2, "the read-out must tell the candidates apart"


def test_each_readout_is_what_the_model_says_of_both_candidates_in_a_row() -> None:
    """With one layer, nothing but the read-out sees both codes, so it equals a plain reading at the same positions."""
    apart = OrderFreeTokens(head=(5, 6, 7), code_a=(8, 9, 10), code_b=(11, 12, 13), question=(14, 15))
    head, code_a, code_b, first, second = side_by_side(apart)
    assert (code_a.start, code_b.start) == (3, 3)
    assert (first.start, second.start) == (9, 9)
    assert [tuple(view) for view in first.sees] == [(0, 0), (1, 0), (2, 3)]
    assert [tuple(view) for view in second.sees] == [(0, 0), (2, 0), (1, 3)]
    assert head.sees == ()


def test_a_readout_equals_reading_both_in_a_row_where_one_layer_cannot_mix_them(tiny_model: Path) -> None:
    model = read_by_segments(load_weights(tiny_model, "causal", layers=1))
    apart = OrderFreeTokens(head=(5, 6, 7), code_a=(8, 9, 10), code_b=(11, 12, 13), question=(14, 15))
    with torch.no_grad():
        margin = order_free_margins(model, [side_by_side(apart)], (20, 21))
        model.set_attn_implementation("sdpa")
        said = [
            model(torch.tensor([[*apart.head, *codes, *apart.question]])).logits[0, -1]
            for codes in (apart.code_a + apart.code_b, apart.code_b + apart.code_a)
        ]
    expected = (said[0][20] - said[0][21]) - (said[1][20] - said[1][21])
    torch.testing.assert_close(margin[0], expected, atol=1e-5, rtol=1e-4)


def test_both_orders_are_answered_by_one_reading_and_equal_codes_tie(folder: Path, tmp_path: Path) -> None:
    load_weights(folder, "causal").save_pretrained(tmp_path)
    load_tokenizer(folder).save_pretrained(tmp_path)
    write_card(tmp_path, JudgeCard(objective="order-free", format=ORDER_FREE_FORMAT, comments="kept"))
    judge = load_judge(f"model:{tmp_path}")
    assert isinstance(judge, OrderFreeJudge)
    alone = judge.judge(SHOWN)
    together = judge.judge([*SHOWN, *(shown.swapped() for shown in SHOWN)])
    for there, back, once in zip(together[: len(SHOWN)], together[len(SHOWN) :], alone, strict=True):
        assert (there.prob_a or 0) + (back.prob_a or 0) == pytest.approx(1, abs=1e-12)
        assert there.prob_a == pytest.approx(once.prob_a, abs=1e-6)
        assert there.cost is not None and back.cost is not None and once.cost is not None
        assert there.cost.plus(back.cost).input_tokens == once.cost.input_tokens > 0
    same = SHOWN[1].model_copy(update={"code_b": SHOWN[1].code_a})
    assert judge.judge([same])[0].choice == "tie"
    rough = load_judge(f"int8:model:{tmp_path}")
    assert rough.name == f"int8:model:{tmp_path}"
    assert [each.prob_a for each in rough.judge(SHOWN)] == pytest.approx([each.prob_a for each in alone], abs=0.02)
