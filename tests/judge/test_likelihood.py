from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_bases import BASES, make_base
from transformers import AutoModelForCausalLM

from codefavor.errors import ModelError
from codefavor.judge.card import JudgeCard, LikelihoodShape, LikelihoodWeights, write_card
from codefavor.judge.likelihood import (
    LIKELIHOOD_FORMAT,
    Likelihood,
    LikelihoodJudge,
    Replies,
    ReplyInput,
    log_likelihoods,
)
from codefavor.judge.linear import FEATURES, NGramScore
from codefavor.judge.load import load_judge
from codefavor.judge.pretrained import load_tokenizer, load_weights
from codefavor.judge.segment_attention import read_by_segments
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import GENERAL_CRITERION, Aspect, Criterion, criterion_for

CODES = ["x = 1", "y = f(2)\nz = 3", "return None", "x = 1"]
NGRAMS = NGramScore(np.random.default_rng(1).normal(size=FEATURES))
SHAPE = LikelihoodShape(
    weights={
        "correctness": LikelihoodWeights(likelihood=0.5, ngrams=0),
        "security": LikelihoodWeights(likelihood=0, ngrams=2),
    },
    pairs={"correctness": 7, "security": 7},
)


def shown(code_a: str, code_b: str, criterion: Criterion = GENERAL_CRITERION) -> Comparison:
    return Comparison(instruction="add", criterion=criterion, code_a=code_a, code_b=code_b)


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
    judge = LikelihoodJudge("tiny", Likelihood.load(str(tiny_model)))
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


def write_judge(folder: Path, base: Path | None) -> Path:
    folder.mkdir()
    NGRAMS.save(folder)
    card = JudgeCard(
        objective="likelihood",
        base_model=str(base) if base else None,
        format=LIKELIHOOD_FORMAT,
        comments="stripped",
        likelihood=SHAPE,
    )
    write_card(folder, card)
    return folder


def test_a_trained_judge_weighs_its_terms_by_aspect(tiny_model: Path, tmp_path: Path) -> None:
    folder = write_judge(tmp_path / "judge", tiny_model)
    judge = load_judge(f"model:{folder}")
    assert isinstance(judge, LikelihoodJudge)
    kinds = (criterion_for(Aspect.CORRECTNESS), criterion_for(Aspect.SECURITY), GENERAL_CRITERION)
    given = [shown("x = 1", "y = f(2)\nz = 3", kind) for kind in kinds]
    logits = [float(np.log((each.prob_a or 0) / (1 - (each.prob_a or 0)))) for each in judge.judge(given)]
    (asked,) = Likelihood.load(str(tiny_model)).ask(given[:1])
    words = NGRAMS.scores(given)
    bounded = max(-30.0, min(30.0, asked.difference))
    expected = [0.5 * bounded, 2 * words[1], (0.5 * bounded + 2 * words[2]) / 2]
    assert logits == pytest.approx(expected, abs=1e-3)


def test_less_precision_is_near(tiny_model: Path) -> None:
    given = [shown(CODES[0], CODES[1])]
    exact, rough = (
        Likelihood.load(str(tiny_model), precision).ask(given)[0].difference for precision in ("fp32", "int8")
    )
    assert rough == pytest.approx(exact, rel=0.05)
    assert rough != exact
    assert load_judge(f"int8:likelihood:{tiny_model}").name == f"int8:likelihood:{tiny_model}"


def test_a_judge_without_its_base_or_its_weights_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="without weights or base"):
        load_judge(f"model:{write_judge(tmp_path / 'baseless', None)}")
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_judge(f"model:{write_judge(tmp_path / 'gone', tmp_path / 'nowhere')}")
    folder = write_judge(tmp_path / "empty", tiny_model)
    (folder / "linear.safetensors").unlink()
    with pytest.raises(ModelError, match="not the weights of n-grams"):
        load_judge(f"model:{folder}")
