from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    LlamaForCausalLM,
    LlamaForSequenceClassification,
    PreTrainedTokenizerFast,
)

from codefavor.errors import ModelError
from codefavor.judges.load import judge_files, load_judge
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, criterion_for
from tiny_models import save_tiny_model

CHAT = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SHOWN = Comparison(
    instruction="Add.", criterion=criterion_for(Aspect.EFFICIENCY), code_a="return a + b", code_b="return sum((a, b))"
)


def make_model(folder: Path, labels: int | None, template: str | None = CHAT) -> Path:
    """Write a tiny random model with a tokenizer of single bytes."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    byte_level = Tokenizer(models.BPE(vocab={letter: index for index, letter in enumerate(alphabet)}, merges=[]))
    byte_level.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=byte_level)  # type: ignore[no-untyped-call]
    tokenizer.chat_template = template
    kind: Any = LlamaForSequenceClassification if labels else LlamaForCausalLM
    return save_tiny_model(folder, tokenizer, model_type=kind, num_labels=labels or 2)


def test_a_reward_model_scores_each_candidate_by_itself(tmp_path: Path) -> None:
    spec = f"scores:{make_model(tmp_path / 'm', labels=1)}"
    judge = load_judge(spec)
    straight, swapped = judge.judge([SHOWN, SHOWN.swapped()])
    assert straight.prob_a is not None and swapped.prob_a is not None
    assert straight.prob_a == pytest.approx(1 - swapped.prob_a) and straight.prob_a != 0.5
    assert straight.cost and straight.cost.input_tokens > 100
    assert {"config.json", "model.safetensors"} <= {file.name for file in judge_files(spec)}


@pytest.mark.parametrize(("labels", "template", "reason"), [(2, CHAT, "2 outputs"), (1, None, "no chat template")])
def test_what_is_no_reward_model_is_refused(tmp_path: Path, labels: int, template: str | None, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        load_judge(f"scores:{make_model(tmp_path / 'm', labels, template)}")


def test_a_preference_model_answers_with_one_of_two_letters(tmp_path: Path) -> None:
    judge = load_judge(f"preference:{make_model(tmp_path / 'm', labels=None)}")
    (verdict,) = judge.judge([SHOWN])
    assert verdict.prob_a is not None and 0 < verdict.prob_a < 1
    assert verdict.choice == ("A" if verdict.prob_a > 0.5 else "B")


def test_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_judge(f"scores:{tmp_path / 'none'}")
