from pathlib import Path

import pytest
import torch
from tokenizers import normalizers
from transformers import AutoModelForCausalLM

from codefavor.errors import ConfigError, ModelError
from codefavor.judges.card import JudgeCard, RewardShape, write_card
from codefavor.judges.format import JOINT_FORMAT, SINGLE_FORMAT
from codefavor.judges.trained.classification import ClassificationJudge, JointInput
from codefavor.judges.trained.reward import RewardJudge, RewardModel, SingleInput, save_reward_model
from codefavor.models.pretrained import load_tokenizer, load_weights, verdict_tokens
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, criterion_for
from conftest import character_tokenizer

SHOWN = [
    Comparison(instruction="add", criterion=criterion_for(aspect), code_a="x = 1" * times, code_b="y = f(2)")
    for aspect in (Aspect.SECURITY, Aspect.EFFICIENCY)
    for times in (1, 3, 9)
]


def test_the_answer_is_what_the_whole_model_says_there_whatever_is_read_with_it(tiny_model: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(tiny_model)
    inputs = JointInput(load_tokenizer(tiny_model), 512)
    both = [*SHOWN, *(shown.swapped() for shown in SHOWN)]
    with torch.no_grad():
        rows = [inputs.encode(shown).token_ids for shown in both]
        plain = torch.stack([model(torch.tensor([row])).logits[0, -1] for row in rows])
    token_a, token_b = inputs.verdicts
    expected = torch.sigmoid(plain[:, token_a] - plain[:, token_b]).tolist()
    judge = ClassificationJudge("tiny", model, inputs)
    assert [verdict.prob_a for verdict in judge.judge(both)] == pytest.approx(expected, abs=1e-5)
    alone = [judge.judge([shown])[0].prob_a for shown in both]
    assert alone == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("readout", ["last", "sum"])
def test_a_reward_judge_cannot_depend_on_the_order(tiny_model: Path, tmp_path: Path, readout: str) -> None:
    shape = RewardShape.model_validate({"readout": readout})
    model = RewardModel(load_weights(tiny_model, "backbone", layers=2), shape.readout)
    torch.nn.init.normal_(model.head.weight, generator=torch.Generator().manual_seed(0))
    save_reward_model(model, tmp_path)
    load_tokenizer(tiny_model).save_pretrained(tmp_path)
    write_card(tmp_path, JudgeCard(objective="reward", format=SINGLE_FORMAT, comments="kept", reward=shape))
    judge = RewardJudge.load(tmp_path)
    there, back = judge.judge(SHOWN), judge.judge([shown.swapped() for shown in SHOWN])
    assert [one.prob_a for one in there] == pytest.approx([1 - (other.prob_a or 0) for other in back], abs=1e-5)
    assert len({round(verdict.prob_a or 0, 4) for verdict in there}) > 1
    in_memory = RewardJudge("x", model, SingleInput(load_tokenizer(tiny_model), 2048, instruction=True))
    assert [each.prob_a for each in in_memory.judge(SHOWN)] == pytest.approx([each.prob_a for each in there])


def test_the_same_code_twice_is_a_tie(tiny_model: Path) -> None:
    model = RewardModel(load_weights(tiny_model, "backbone"), "last")
    torch.nn.init.ones_(model.head.weight)
    judge = RewardJudge("x", model, SingleInput(load_tokenizer(tiny_model), 512, instruction=True))
    same = SHOWN[0].model_copy(update={"code_b": SHOWN[0].code_a})
    assert judge.judge([same])[0].choice == "tie"


def test_a_comparison_that_does_not_fit_is_undecided_with_the_reason(tiny_model: Path) -> None:
    long = SHOWN[0].model_copy(update={"criterion": SHOWN[0].criterion.model_copy(update={"text": "x" * 600})})
    joint = ClassificationJudge(
        "tiny", AutoModelForCausalLM.from_pretrained(tiny_model), JointInput(load_tokenizer(tiny_model), 512)
    )
    single = RewardJudge(
        "tiny",
        RewardModel(load_weights(tiny_model, "backbone"), "last"),
        SingleInput(load_tokenizer(tiny_model), 512, instruction=True),
    )
    for judge in (joint, single):
        verdicts = judge.judge([long, SHOWN[1]])
        assert "no room for the criterion" in (verdicts[0].undecided or "")
        assert verdicts[1].choice is not None


def test_the_verdict_must_be_one_token_after_a_prompt() -> None:
    tokenizer = character_tokenizer()
    assert [tokenizer.decode([token]) for token in verdict_tokens(tokenizer)] == ["A", "B"]
    with pytest.raises(ConfigError, match="no chat template"):
        verdict_tokens(character_tokenizer(chat_template=None))
    doubling = character_tokenizer()
    doubling.backend_tokenizer.normalizer = normalizers.Replace("A", "AA")
    with pytest.raises(ConfigError, match='"A" is not one token'):
        verdict_tokens(doubling)
    blurring = character_tokenizer()
    blurring.backend_tokenizer.normalizer = normalizers.Replace("A", "B")
    with pytest.raises(ConfigError, match="the same token"):
        verdict_tokens(blurring)


def test_a_folder_without_a_tokenizer_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded") as caught:
        load_tokenizer(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_judge_without_its_head_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    load_weights(tiny_model, "backbone").save_pretrained(tmp_path)
    load_tokenizer(tiny_model).save_pretrained(tmp_path)
    write_card(tmp_path, JudgeCard(objective="reward", format=SINGLE_FORMAT, comments="kept"))
    with pytest.raises(ModelError, match=r"head.safetensors: cannot be loaded"):
        RewardJudge.load(tmp_path)
    write_card(tmp_path, JudgeCard(objective="classification", format=JOINT_FORMAT, comments="kept"))
    with pytest.raises(ModelError, match="of objective classification, reward was expected"):
        RewardJudge.load(tmp_path)
