from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from codefavor.errors import ModelError
from codefavor.judge.card import JudgeCard, RewardShape, WideShape, write_card
from codefavor.judge.format import SINGLE_FORMAT
from codefavor.judge.pretrained import load_tokenizer, load_weights
from codefavor.judge.reward import RewardJudge, RewardModel, save_reward_model
from codefavor.judge.wide import WIDE_FEATURES, WIDE_FILE, WIDE_FORMAT, WideTerm, words_and_structure
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.pair import PreferencePair, Provenance
from codefavor.train.linear import fit_wide

TERM = WideTerm(np.random.default_rng(1).normal(size=WIDE_FEATURES))
CODES = st.sampled_from(
    ["x = 1", "x = [y for y in z]", "for y in z:\n    pass", "return md5(x)", "def f(:", "", "x  = 1"]
)


@settings(max_examples=40, deadline=None)
@given(CODES, CODES)
def test_exchanging_the_candidates_negates_the_term(code_a: str, code_b: str) -> None:
    shown = Comparison(instruction="", criterion=criterion_for(Aspect.CORRECTNESS), code_a=code_a, code_b=code_b)
    there, back = TERM.scores([shown, shown.swapped()])
    assert there == -back


def test_structure_counts_where_words_are_the_same() -> None:
    in_a, in_b = words_and_structure("if a:\n    b\nc", "if a:\n    b\n    c")
    assert {name.split(":")[0] for name in in_a ^ in_b} == {"tree"}
    broken, whole = words_and_structure("if a\n    b", "if a:\n    b")
    assert not any(name.startswith("tree:") for name in broken | whole)


def test_a_fitted_term_carries_over_to_other_names() -> None:
    pairs = [
        PreferencePair(
            instruction="Sum.",
            criterion=criterion_for(Aspect.EFFICIENCY),
            chosen=f"value_{n} = sum(x for x in rows_{n})",
            rejected=f"value_{n} = 0\nfor x in rows_{n}:\n    value_{n} += x",
            provenance=Provenance(method="test", source="here", source_id=str(n)),
        )
        for n in range(12)
    ]
    other = Comparison(
        instruction="Find the largest.",
        criterion=criterion_for(Aspect.EFFICIENCY),
        code_a="top = max(each for each in items)",
        code_b="top = None\nfor each in items:\n    top = each",
    )
    assert fit_wide(pairs, "stripped").scores([other])[0] > 0


@pytest.fixture
def folder(tiny_model: Path, tmp_path: Path) -> Path:
    model = RewardModel(load_weights(tiny_model, "backbone", layers=1), "sum")
    torch.nn.init.normal_(model.head.weight, generator=torch.Generator().manual_seed(0))
    save_reward_model(model, tmp_path)
    load_tokenizer(tiny_model).save_pretrained(tmp_path)
    TERM.save(tmp_path)
    return tmp_path


def card(wide: WideShape | None) -> JudgeCard:
    shape = RewardShape(readout="sum", wide=wide)
    return JudgeCard(objective="reward", format=SINGLE_FORMAT, comments="kept", reward=shape)


def test_a_reward_judge_adds_the_term_to_its_scores(folder: Path) -> None:
    codes = ["x = 1", "y = [z for z in x]", "import os\nos.remove(x)"]
    shown = [
        Comparison(instruction="", criterion=criterion_for(Aspect.SECURITY), code_a=code, code_b="pass")
        for code in codes
    ]
    logits = []
    for weight in (None, 0.5):
        write_card(folder, card(WideShape(weight=weight, format=WIDE_FORMAT) if weight else None))
        judge = RewardJudge.load(folder)
        verdicts, swapped = judge.judge(shown), judge.judge([each.swapped() for each in shown])
        assert [each.prob_a for each in verdicts] == [1 - (other.prob_a or 0) for other in swapped]
        logits.append(np.array([np.log((each.prob_a or 0) / (1 - (each.prob_a or 0))) for each in verdicts]))
    assert logits[1] - logits[0] == pytest.approx(0.5 * TERM.scores(shown), abs=1e-5)


def test_a_term_of_other_features_or_none_is_refused(folder: Path) -> None:
    write_card(folder, card(WideShape(weight=1.0, format="another")))
    with pytest.raises(ModelError, match="other features"):
        RewardJudge.load(folder)
    write_card(folder, card(WideShape(weight=1.0, format=WIDE_FORMAT)))
    save_file({"weights": np.zeros(3, dtype=np.float32)}, folder / WIDE_FILE)
    with pytest.raises(ModelError, match=r"\(3,\) weights"):
        RewardJudge.load(folder)
    (folder / WIDE_FILE).unlink()
    with pytest.raises(ModelError, match="not the weights of a wide term"):
        RewardJudge.load(folder)
