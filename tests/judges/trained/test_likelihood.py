from pathlib import Path

import pytest
import torch
from tiny_bases import BASES, make_base
from transformers import AutoModelForCausalLM

from codefavor.errors import ModelError
from codefavor.judges.load import load_judge
from codefavor.judges.trained.likelihood import Replies, ReplyInput, log_likelihoods
from codefavor.models.pretrained import load_tokenizer, load_weights
from codefavor.models.segment_attention import read_by_segments
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import GENERAL_CRITERION

CODES = ["x = 1", "y = f(2)\nz = 3", "return None", "x = 1"]


def shown(code_a: str, code_b: str) -> Comparison:
    return Comparison(instruction="add", criterion=GENERAL_CRITERION, code_a=code_a, code_b=code_b)


@pytest.mark.parametrize("base", BASES)
def test_a_likelihood_is_the_product_of_what_each_token_had(
    base: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    model = AutoModelForCausalLM.from_pretrained(make_base(BASES[base], tmp_path_factory.mktemp("base")))
    model.eval()  # type: ignore[no-untyped-call]
    head, codes = (5, 6, 7), ((8, 9, 4), (3,), (8, 9, 11, 12))
    expected = []
    with torch.inference_mode():
        for code in codes:
            logits = model(torch.tensor([head + code])).logits[0].float().log_softmax(-1)
            expected.append(sum(float(logits[len(head) - 1 + n, token]) for n, token in enumerate(code)))
        found = log_likelihoods(read_by_segments(model), [Replies(head, codes[:2]), Replies(head, codes[2:])])
    assert found == pytest.approx(expected, abs=1e-3)


def test_the_likelier_code_is_chosen_whatever_the_order(tiny_model: Path) -> None:
    judge = load_judge(f"likelihood:{tiny_model}")
    given = [shown(one, other) for one in CODES for other in CODES]
    there = judge.judge(given)
    back = judge.judge([each.swapped() for each in given])
    assert [one.prob_a for one in there] == [1 - (other.prob_a or 0) for other in back]
    assert there[0].choice == there[3].choice == "tie"
    model = load_weights(tiny_model, "causal")
    head, code_a, code_b = ReplyInput(load_tokenizer(tiny_model), 2048).encode(given[1])
    with torch.inference_mode():
        likelier = log_likelihoods(read_by_segments(model.eval()), [Replies(head, (code_a, code_b))])  # type: ignore[no-untyped-call]
    assert there[1].choice == ("A" if likelier[0] > likelier[1] else "B")


def test_what_does_not_fit_is_cut_and_the_question_stays(tiny_model: Path) -> None:
    tokenizer = load_tokenizer(tiny_model)
    long = Comparison(instruction="i" * 500, criterion=GENERAL_CRITERION, code_a="a" * 500, code_b="b")
    whole, _, whole_b = ReplyInput(tokenizer, 4096).encode(long)
    head, code_a, code_b = ReplyInput(tokenizer, 100).encode(long)
    assert head == whole[-50:]
    assert len(code_a) == 50
    assert code_b == whole_b


def test_less_precision_is_near(tiny_model: Path) -> None:
    # Codes of one length: each token more takes some nats, and a probability of one says nothing of precision.
    given = [shown("x = 1", "y = 2")]
    exact, rough = (load_judge(f"{prefix}likelihood:{tiny_model}") for prefix in ("", "int8:"))
    assert rough.name == f"int8:likelihood:{tiny_model}"
    there, near = (judge.judge(given)[0].prob_a for judge in (exact, rough))
    assert there is not None
    assert near == pytest.approx(there, abs=0.01)
    assert near != there


def test_a_model_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_judge(f"likelihood:{tmp_path / 'nowhere'}")
