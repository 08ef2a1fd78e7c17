from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import AutoModelForCausalLM

from codefavor.errors import ModelError
from codefavor.judges.card import GenerationShape, JudgeCard, write_card
from codefavor.judges.generation_format import GENERATION_FORMAT
from codefavor.judges.load import load_judge
from codefavor.judges.trained.generation import DialogueInput, GenerationJudge
from codefavor.models.greedy import write_replies
from codefavor.models.pretrained import load_tokenizer
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, Criterion, criterion_for

SHOWN = [
    Comparison(instruction="add", criterion=criterion_for(Aspect.SECURITY), code_a="x = 1" * times, code_b="y = f(2)")
    for times in (1, 9, 3)
]


def judge_of(tiny_model: Path, **shape: Any) -> tuple[GenerationJudge, DialogueInput, Any]:
    model = AutoModelForCausalLM.from_pretrained(tiny_model)
    inputs = DialogueInput(load_tokenizer(tiny_model), 900, 20)
    return GenerationJudge("tiny", model, inputs, GenerationShape(max_new_tokens=20, **shape)), inputs, model


def test_a_reply_without_a_result_line_is_undecided_with_the_reason(tiny_model: Path) -> None:
    judge, _, _ = judge_of(tiny_model)
    for verdict, shown in zip(judge.judge(SHOWN), SHOWN, strict=True):
        assert verdict.comparison == shown.digest()
        assert (verdict.choice, verdict.prob_a) == (None, None)
        assert verdict.undecided == "the reply does not end in a result line within 20 tokens"
        assert verdict.cost and verdict.cost.output_tokens == 20


def test_forced_the_answer_is_the_likelier_letter_where_the_result_line_would_stand(tiny_model: Path) -> None:
    judge, inputs, model = judge_of(tiny_model, unfinished="forced")
    verdicts = judge.judge(SHOWN)
    for shown, verdict in zip(SHOWN, verdicts, strict=True):
        prompt = inputs.encode(shown).token_ids
        with torch.inference_mode():
            (written,) = write_replies(model, [prompt], inputs.replies, 0, 20)
            text = inputs.replies.decode(written.token_ids).strip()
            ending = inputs.replies.encode(f"{text}\nBetter: A")[:-1]
            logits = model(torch.tensor([[*prompt, *ending]])).logits[0, -1]
        token_a, token_b = inputs.replies.verdicts
        expected = torch.sigmoid(logits[token_a] - logits[token_b])
        assert verdict.prob_a == pytest.approx(float(expected), abs=1e-4)
        assert verdict.choice == ("A" if float(expected) > 0.5 else "B")
        assert verdict.feedback == (text or None)


def test_what_does_not_fit_is_undecided_and_the_rest_is_judged(tiny_model: Path) -> None:
    judge, _, _ = judge_of(tiny_model, unfinished="forced")
    long = SHOWN[0].model_copy(update={"criterion": Criterion(text="x" * 900)})
    verdicts = judge.judge([long, SHOWN[1]])
    assert "no room for the criterion" in (verdicts[0].undecided or "")
    assert verdicts[1].choice is not None


def test_a_folder_of_another_format_is_refused(tiny_model: Path, tmp_path: Path) -> None:
    AutoModelForCausalLM.from_pretrained(tiny_model).save_pretrained(tmp_path)
    load_tokenizer(tiny_model).save_pretrained(tmp_path)
    shape = GenerationShape(max_new_tokens=4)
    write_card(tmp_path, JudgeCard(objective="generation", format="older", comments="kept", generation=shape))
    with pytest.raises(ModelError, match="trained on input format older"):
        load_judge(f"model:{tmp_path}")
    write_card(tmp_path, JudgeCard(objective="generation", format=GENERATION_FORMAT, comments="kept", generation=shape))
    (verdict,) = load_judge(f"model:{tmp_path}").judge(SHOWN[:1])
    assert "within 4 tokens" in (verdict.undecided or "")
