from pathlib import Path
from typing import Any

import pytest
import torch
from jinja2 import TemplateError
from tiny_bases import BASES, make_base

from codefavor.config import load_config
from codefavor.judges.generation_format import REPLY_FORMAT
from codefavor.judges.load import load_judge
from codefavor.judges.trained.classification import JointInput, answer_logits
from codefavor.judges.trained.generation import DialogueInput
from codefavor.manifest import make_manifest
from codefavor.models.batches import pad_left
from codefavor.models.greedy import write_replies
from codefavor.models.prefix_tree import PrefixTree, build_prefix_trees
from codefavor.models.pretrained import chat_prompt, load_tokenizer, load_weights, verdict_tokens
from codefavor.models.reply_tokens import ReplyTokens
from codefavor.models.segment_attention import read_by_segments
from codefavor.pairs.pair import PreferencePair
from codefavor.train.config import TrainConfig
from codefavor.train.language_model import train_language_model as train
from codefavor.train.objective import require_steps
from codefavor.train.step_metrics import StepMetrics

CONFIGS = Path(__file__).parents[2] / "configs" / "train"
RECIPES = {
    "mistral-7b": "mistral-7b-instruct-v0.3",
    "mistral-nemo": "mistral-nemo-instruct-2407",
    "gemma-2": "gemma-2-9b-it",
    "llama-3": "llama-3-8b-instruct",
    "qwen2.5": "qwen2.5-coder-0.5b-instruct",
    "smollm2": "smollm2-135m-instruct",
}
SMALL: dict[str, Any] = {
    "max_length": 700,
    "per_device_train_batch_size": 4,
    "gradient_accumulation_steps": 1,
    "learning_rate": 0.01,
    "warmup_steps": 1,
    "max_steps": 8,
    "logging_steps": 1,
    "bf16": False,
}


@pytest.fixture(scope="module", params=BASES)
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    return request.param, make_base(BASES[request.param], tmp_path_factory.mktemp("base"))


def with_feedback(pairs: list[PreferencePair]) -> list[PreferencePair]:
    said = "The chosen code is right. The rejected code raises."
    return [pair.model_copy(update={"feedback": said}) for pair in pairs]


@pytest.mark.parametrize("objective", ["classification", "order-free", "generation"])
def test_the_recipe_of_a_base_trains_a_judge(
    base: tuple[str, Path], objective: str, learnable_pairs: list[PreferencePair], tmp_path: Path
) -> None:
    name, folder = base
    recipe = [CONFIGS / f"{objective}.yaml", CONFIGS / "bases" / f"{RECIPES[name]}.yaml"]
    settings = {**SMALL, "model": str(folder), **({"max_new_tokens": 40} if objective == "generation" else {})}
    config = require_steps(load_config(TrainConfig, recipe, settings))
    reports: list[StepMetrics] = []
    manifest = make_manifest("codefavor train", config.model_dump(mode="json"), [], config.seed)
    pairs = with_feedback(learnable_pairs[:2])
    learned = train(pairs, config, tmp_path / "judge", manifest, on_step=reports.append)
    assert (learned.pairs, learned.truncated) == (2, 0)
    assert reports[-1].loss < reports[0].loss
    verdicts = load_judge(f"model:{tmp_path / 'judge'}").judge([pairs[0].present("A").comparison])
    assert verdicts[0].choice in ("A", "B") or objective == "generation"


def test_a_prompt_begins_once_and_the_reply_ends_as_the_template_ends_it(
    base: tuple[str, Path], learnable_pairs: list[PreferencePair]
) -> None:
    name, folder = base
    tokenizer = load_tokenizer(folder)
    shown = learnable_pairs[0].present("A").comparison
    replies = ReplyTokens(tokenizer, REPLY_FORMAT)
    for inputs in (JointInput(tokenizer, 700), DialogueInput(tokenizer, 700, 40)):
        row = inputs.encode(shown).token_ids
        if BASES[name].bos:
            assert [place for place, token in enumerate(row) if token == tokenizer.bos_token_id] == [0]
    assert tokenizer.convert_ids_to_tokens(replies.end) == BASES[name].turn_end
    message = inputs.encode(shown).token_ids
    reply = "Code A is right.\nBetter: A"
    asked = str(tokenizer.decode(message))
    turns = [
        {"role": "user", "content": asked},
        {"role": "assistant", "content": reply},
    ]
    whole = tokenizer.encode(str(tokenizer.apply_chat_template(turns, tokenize=False)), add_special_tokens=False)
    prompt = tokenizer.encode(chat_prompt(tokenizer, asked), add_special_tokens=False)
    learned = [*prompt, *replies.encode(reply), replies.end]
    assert whole[: len(learned)] == learned


def test_a_base_that_refuses_a_system_turn_is_never_given_one(
    base: tuple[str, Path], learnable_pairs: list[PreferencePair]
) -> None:
    name, folder = base
    tokenizer = load_tokenizer(folder)
    turns = [{"role": "system", "content": "You judge."}, {"role": "user", "content": "A or B?"}]
    if name == "gemma-2":
        with pytest.raises(TemplateError, match="System role not supported"):
            tokenizer.apply_chat_template(turns, tokenize=False)
    else:
        assert "You judge." in str(tokenizer.apply_chat_template(turns, tokenize=False))
    row = str(tokenizer.decode(JointInput(tokenizer, 700).encode(learnable_pairs[0].present("A").comparison).token_ids))
    # Two bases write a system turn of their own; ours is none.
    assert ("system" in row.split("<instruction>")[0]) == (name in ("qwen2.5", "smollm2"))


def test_the_tokenizer_s_own_beginning_would_be_one_too_many(base: tuple[str, Path]) -> None:
    name, folder = base
    tokenizer = load_tokenizer(folder)
    prompt = chat_prompt(tokenizer, "A or B?")
    trap = tokenizer.encode(prompt, add_special_tokens=True)
    right = tokenizer.encode(prompt, add_special_tokens=False)
    assert len(trap) - len(right) == (BASES[name].bos is not None)
    if BASES[name].bos:
        assert trap[:2] == [tokenizer.bos_token_id] * 2


def test_the_verdicts_are_one_token_each_in_their_place(base: tuple[str, Path]) -> None:
    tokenizer = load_tokenizer(base[1])
    assert [str(tokenizer.decode([token])).strip() for token in verdict_tokens(tokenizer)] == ["A", "B"]
    replies = ReplyTokens(tokenizer, REPLY_FORMAT)
    assert [str(tokenizer.decode([token])).strip() for token in replies.verdicts] == ["A", "B"]
    for feedback in ("Code A and code B\n", "", "It ends in a colon:\n\n"):
        reply = replies.encode(f"{feedback}Better: B")
        assert replies.verdict_place(reply) == len(reply) - 1
        assert reply[-1] == replies.verdicts[1]
        assert replies.decode(reply) == f"{feedback}Better: B"


def test_neither_padding_nor_its_side_moves_the_verdict(
    base: tuple[str, Path], learnable_pairs: list[PreferencePair]
) -> None:
    tokenizer, model = load_tokenizer(base[1]), load_weights(base[1], "causal")
    inputs = JointInput(tokenizer, 700)
    long = learnable_pairs[0].model_copy(update={"instruction": "add 1 and 2 " * 9})
    rows = [inputs.encode(pair.present("A").comparison).token_ids for pair in (learnable_pairs[1], long)]
    with torch.no_grad():
        alone = torch.cat([model(torch.tensor([row])).logits[:, -1] for row in rows])
        for pad_id in (0, 7, inputs.verdicts[0]):
            left = pad_left(rows, pad_id)
            padded = model(
                input_ids=torch.from_numpy(left.token_ids),
                attention_mask=torch.from_numpy(left.mask),
                position_ids=torch.from_numpy(left.positions),
            ).logits[:, -1]
            torch.testing.assert_close(padded, alone, atol=1e-5, rtol=1e-4)
        right = model(**padded_right(rows, tokenizer.eos_token_id)).logits
        at_end = torch.stack([right[number, len(row) - 1] for number, row in enumerate(rows)])
        torch.testing.assert_close(at_end, alone, atol=1e-5, rtol=1e-4)
        found = build_prefix_trees(rows)
        together = answer_logits(read_by_segments(model), found)[
            [found_rows(found).index(row) for row in range(len(rows))]
        ]
        torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-4)


def found_rows(found: list[PrefixTree]) -> list[int]:
    return [row for family in found for row in family.rows]


def padded_right(rows: list[list[int]], pad_id: int) -> dict[str, torch.Tensor]:
    width = max(map(len, rows))
    fields = (
        (rows, pad_id),
        ([[1] * len(row) for row in rows], 0),
        ([list(range(len(row))) for row in rows], 0),
    )
    batch = [[[*row, *[fill] * (width - len(row))] for row in made] for made, fill in fields]
    names = ("input_ids", "attention_mask", "position_ids")
    return {name: torch.tensor(part) for name, part in zip(names, batch, strict=True)}


def test_rows_written_together_are_those_written_alone(
    base: tuple[str, Path], learnable_pairs: list[PreferencePair]
) -> None:
    tokenizer, model = load_tokenizer(base[1]), load_weights(base[1], "causal")
    inputs = DialogueInput(tokenizer, 700, 40)
    long = learnable_pairs[0].model_copy(update={"instruction": "add 1 and 2 " * 9})
    prompts = [inputs.encode(pair.present("A").comparison).token_ids for pair in (*learnable_pairs[:2], long)]
    with torch.inference_mode():
        together = write_replies(model, prompts, inputs.replies, 7, 12)
        alone = [write_replies(model, [prompt], inputs.replies, 0, 12)[0] for prompt in prompts]
        plain = model(torch.tensor([[*prompts[0], *alone[0].token_ids]])).logits[0, len(prompts[0]) - 1 : -1]
    assert [row.token_ids for row in together] == [row.token_ids for row in alone]
    for one, other in zip(together, alone, strict=True):
        assert one.margins == pytest.approx(other.margins, abs=1e-4)
    assert plain.argmax(-1).tolist() == alone[0].token_ids
    token_a, token_b = inputs.replies.verdicts
    assert (plain[:, token_a] - plain[:, token_b]).tolist() == pytest.approx(alone[0].margins, abs=1e-4)
