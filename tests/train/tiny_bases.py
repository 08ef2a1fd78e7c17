"""Tiny random models of the architectures that the recipes name, each with the chat template of its base.

The templates of Gemma 2, Llama 3 and Qwen 2.5 are the authors' own: TRL ships them unchanged (Apache-2.0) and they are
read from the installed package. Those of Mistral and SmolLM2 are written down here in short, for turns without tools;
what they write was compared with the authors'. The tokenizers are trained here.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    Gemma2Config,
    LlamaConfig,
    MistralConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
)
from transformers.models.auto.modeling_auto import AutoModelForCausalLM

from tiny_models import save_tiny_model


def shipped_by_trl(name: str) -> str:
    spec = find_spec("trl")
    assert spec is not None and spec.origin is not None
    return (Path(spec.origin).parent / "chat_templates" / f"{name}.jinja").read_text(encoding="utf-8")


def _mistral(before: str, answer: str) -> str:
    """A system turn goes before the last message of the user, with which the conversation must end to hold one."""
    return (
        "{% set s = messages[0].content + '\n\n' if messages[0].role == 'system' else '' %}"
        "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}"
        "{{ '" + before + "' + (s if loop.last else '') + m.content + '[/INST]' }}"
        "{% elif m.role == 'assistant' %}{{ " + answer + " + eos_token }}{% endif %}{% endfor %}"
    )


_SMOLLM = (
    "{% if messages[0].role != 'system' %}"
    "{{ '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}"
    "{% endif %}{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)


class Base(NamedTuple):
    """What is particular to one base."""

    config: type[Any]
    template: str
    bos: str | None
    eos: str
    turn_end: str
    """The token that ends the assistant's turn."""
    special: tuple[str, ...]
    """Further tokens of the template."""
    spaces_as_letters: bool
    """Whether words carry the space before them as in SentencePiece, not as bytes."""
    pad: str | None = None


BASES = {
    "mistral-7b": Base(
        MistralConfig, _mistral("[INST] ", "' ' + m.content | trim"), "<s>", "</s>", "</s>", ("[INST]", "[/INST]"), True
    ),
    "mistral-nemo": Base(
        MistralConfig, _mistral("[INST]", "m.content"), "<s>", "</s>", "</s>", ("[INST]", "[/INST]"), False
    ),
    "gemma-2": Base(
        Gemma2Config,
        shipped_by_trl("gemma"),
        "<bos>",
        "<eos>",
        "<end_of_turn>",
        ("<start_of_turn>", "<end_of_turn>"),
        True,
        "<pad>",
    ),
    "llama-3": Base(
        LlamaConfig,
        shipped_by_trl("llama3"),
        "<|begin_of_text|>",
        "<|end_of_text|>",
        "<|eot_id|>",
        ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
        False,
    ),
    "qwen2.5": Base(
        Qwen2Config,
        shipped_by_trl("qwen2_5"),
        None,
        "<|im_end|>",
        "<|im_end|>",
        ("<|im_start|>",),
        False,
        "<|endoftext|>",
    ),
    "smollm2": Base(LlamaConfig, _SMOLLM, None, "<|im_end|>", "<|im_end|>", ("<|im_start|>",), False, "<|im_end|>"),
}

_TEXT = (
    "Which code is better by the criterion? First write one to three sentences of feedback.",
    *("Code A is right. Code B raises.\nBetter: A", "Code B is right. Code A raises.\nBetter: B") * 9,
    "<instruction>\nadd 12\n</instruction>\n<code_a>\nx = 3 + 1\n</code_a>\n<code_b>\nx = 4 + eval('1')\n</code_b>",
)


def make_base(base: Base, folder: Path) -> Path:
    """Write a random model of two small layers with its tokenizer."""
    tokenizer = make_tokenizer(base)
    ids = {name: getattr(tokenizer, f"{name}_token_id") for name in ("bos", "eos", "pad")}
    kind: Any = AutoModelForCausalLM
    return save_tiny_model(
        folder,
        tokenizer,
        base.config,
        kind.from_config,
        num_key_value_heads=1,
        head_dim=8,
        max_position_embeddings=2048,
        **{f"{name}_token_id": value for name, value in ids.items()},
    )


def make_tokenizer(base: Base) -> PreTrainedTokenizerFast:
    """Return a small tokenizer of the base's kind, which adds a beginning of its own where it is let."""
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>"))
    printable = [chr(code) for code in range(33, 127)]
    if base.spaces_as_letters:
        words = pre_tokenizers.Metaspace(prepend_scheme="never", split=True)
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split("\n", "isolated"), words])
        tokenizer.decoder = decoders.Metaspace(prepend_scheme="never", split=True)
        alphabet = ["▁", "\n", *printable]
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
    named = dict.fromkeys(token for token in ("<unk>", base.bos, base.eos, base.pad, *base.special) if token)
    trainer = trainers.BpeTrainer(
        vocab_size=420, special_tokens=list(named), initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(_TEXT, trainer)
    if base.bos:
        bos = (base.bos, tokenizer.token_to_id(base.bos))
        tokenizer.post_processor = processors.TemplateProcessing(single=f"{base.bos} $A", special_tokens=[bos])
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        bos_token=base.bos,
        eos_token=base.eos,
        pad_token=base.pad,
        unk_token="<unk>",
        additional_special_tokens=list(base.special),
    )
    fast.chat_template = base.template
    return fast
