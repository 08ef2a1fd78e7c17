"""The same training for other tools: pairs as conversations in both orders, and the settings as the tool names them.

The conversations are what our own examples say, cut to fit in the same way. What differs is the end of the turn, which
TRL always learns with the answer, and the order of the examples.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
import yaml
from transformers import PreTrainedTokenizerBase

from codefavor.atomic import write_json, write_text
from codefavor.jsonl import write_rows
from codefavor.judges.format import LETTER_QUESTION, encode_joint
from codefavor.judges.generation_format import FEEDBACK_QUESTION, REPLY_FORMAT
from codefavor.manifest import Manifest
from codefavor.models.embedded import EMBEDDED, resolve_model
from codefavor.models.pretrained import TextTokenizer, chat_prompt, load_shapes, load_tokenizer
from codefavor.models.reply_tokens import ReplyTokens
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.pair import PreferencePair
from codefavor.runs.run_folder import MANIFEST_FILE
from codefavor.train.config import GenerationTrainConfig, TokenConfig, TrainConfig
from codefavor.train.examples import ReplyExample
from codefavor.train.learners import make_learner
from codefavor.train.output_dir import check_folder
from codefavor.train.preprocess import preprocess
from codefavor.train.schedule import total_steps, warmup_of
from codefavor.train.trainer_configs import DATA_FILE, Tool, axolotl_settings, require_exportable, trl_settings

Turn = dict[str, str]


def export_training(
    pairs: Sequence[PreferencePair], settings: TrainConfig, out: Path, manifest: Manifest, tool: Tool
) -> int:
    """Write `tool`.yaml and the conversations into `out`, and return how many they are. No weights are loaded.

    Raises:
        UserError: `out` holds something, or the tool has no options for the configuration.
        DataError: there are no pairs.
        ModelError: the model's configuration or tokenizer cannot be loaded.
    """
    config = require_exportable(settings)
    check_folder(out, resume=False)
    tokenizer = load_tokenizer(resolve_model(config.model))
    dialogues = list(conversations(pairs, config, tokenizer))
    model = resolve_model(config.model) if config.model == EMBEDDED else config.model
    warmup = warmup_of(config, total_steps(config, len(dialogues)))
    if tool == "axolotl":
        longest = max(_length(conversation, tokenizer) for conversation in dialogues)
        pad_token = None if tokenizer.pad_token else tokenizer.eos_token
        words = axolotl_settings(config, model, longest, warmup, pad_token)
        rows: list[dict[str, Any]] = [{"messages": conversation} for conversation in dialogues]
    else:
        words = trl_settings(config, model, warmup)
        rows = [{"prompt": conversation[:1], "completion": conversation[1:]} for conversation in dialogues]
    write_rows(out / DATA_FILE, rows)
    write_json(out / MANIFEST_FILE, manifest)
    write_text(out / f"{tool}.yaml", yaml.safe_dump(words, sort_keys=False, allow_unicode=True))
    return len(dialogues)


def conversations(
    pairs: Sequence[PreferencePair], config: TokenConfig, tokenizer: PreTrainedTokenizerBase
) -> Iterator[list[Turn]]:
    """Yield two conversations a pair, one in each order: what the judge is shown, and what it should answer.

    Raises:
        DataError: there are no pairs, or stripping comments leaves none that differ.
    """
    with torch.device("meta"):
        learner = make_learner(config, load_shapes)
    examples = learner.examples(pairs).examples
    comparisons = (
        pair.present(side).comparison
        for pair in preprocess(pairs, config.comments, config.wording)
        for side in ("A", "B")
    )
    for comparison, example in zip(comparisons, examples, strict=True):
        if isinstance(example, ReplyExample):
            answer = ReplyTokens(tokenizer, REPLY_FORMAT).decode(example.reply[:-1])
        else:
            answer = example.label
        yield [
            {"role": "user", "content": _message(comparison, config, tokenizer)},
            {"role": "assistant", "content": answer},
        ]


def _message(comparison: Comparison, config: TokenConfig, tokenizer: PreTrainedTokenizerBase) -> str:
    """Return the message that shows a comparison, cut as the run would cut it."""
    messages: list[str] = []

    def chat(message: str) -> str:
        messages.append(message)
        return chat_prompt(tokenizer, message)

    encode = partial(encode_joint, comparison, chat, TextTokenizer(tokenizer))
    if isinstance(config, GenerationTrainConfig):
        encode(config.max_length - config.max_new_tokens, FEEDBACK_QUESTION)
    else:
        encode(config.max_length, LETTER_QUESTION)
    # The last one tried is the one that fits.
    return messages[-1]


def _length(turns: list[Turn], tokenizer: PreTrainedTokenizerBase) -> int:
    text = str(tokenizer.apply_chat_template(turns, tokenize=False))
    return len(tokenizer.encode(text, add_special_tokens=False))
