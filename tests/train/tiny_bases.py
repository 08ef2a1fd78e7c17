"""Tiny random models of the architectures that the recipes name, each with the quirks of its chat template.

The templates are written down here in short: what a turn looks like, who refuses or adds a system turn, who writes a
beginning-of-sequence token, what stands before the assistant's text and what ends it. The tokenizers are trained here.
"""

from pathlib import Path
from typing import Any, NamedTuple

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    Gemma2Config,
    LlamaConfig,
    MistralConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
)
from transformers.models.auto.modeling_auto import AutoModelForCausalLM

_REFUSE = "{{ raise_exception('no system turn') }}"
_MISTRAL = (
    "{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}" + _REFUSE + "{% elif m.role == 'user' %}"
    "{{ '[INST] ' + m.content + '[/INST]' }}{% else %}{{ ' ' + m.content + eos_token }}{% endif %}{% endfor %}"
)
_NEMO = (
    "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}{{ '[INST]' + m.content + '[/INST]' }}"
    "{% elif m.role == 'assistant' %}{{ m.content + eos_token }}{% endif %}{% endfor %}"
)
_GEMMA = (
    "{{ bos_token }}{% for m in messages %}{% if m.role == 'system' %}" + _REFUSE + "{% endif %}"
    "{{ '<start_of_turn>' + ('model' if m.role == 'assistant' else m.role) + '\n' + m.content | trim }}"
    "{{ '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)
_LLAMA = (
    "{% for m in messages %}{% if loop.first %}{{ bos_token }}{% endif %}"
    "{{ '<|start_header_id|>' + m.role + '<|end_header_id|>\n\n' + m.content | trim + '<|eot_id|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
_QWEN = (
    "{% if messages[0].role != 'system' %}{{ '<|im_start|>system\nYou help.<|im_end|>\n' }}{% endif %}"
    "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}{% endfor %}"
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
    "mistral-7b": Base(MistralConfig, _MISTRAL, "<s>", "</s>", "</s>", ("[INST]", "[/INST]"), True),
    "mistral-nemo": Base(MistralConfig, _NEMO, "<s>", "</s>", "</s>", ("[INST]", "[/INST]"), False),
    "gemma-2": Base(
        Gemma2Config, _GEMMA, "<bos>", "<eos>", "<end_of_turn>", ("<start_of_turn>", "<end_of_turn>"), True, "<pad>"
    ),
    "llama-3": Base(
        LlamaConfig,
        _LLAMA,
        "<|begin_of_text|>",
        "<|end_of_text|>",
        "<|eot_id|>",
        ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
        False,
    ),
    "qwen2.5": Base(Qwen2Config, _QWEN, None, "<|im_end|>", "<|im_end|>", ("<|im_start|>",), False, "<|endoftext|>"),
}

_TEXT = (
    "Which code is better by the criterion? First write one to three sentences of feedback.",
    *("Code A is right. Code B raises.\nBetter: A", "Code B is right. Code A raises.\nBetter: B") * 9,
    "<instruction>\nadd 12\n</instruction>\n<code_a>\nx = 3 + 1\n</code_a>\n<code_b>\nx = 4 + eval('1')\n</code_b>",
)


def make_base(base: Base, folder: Path) -> Path:
    """Write a random model of two small layers with its tokenizer."""
    tokenizer = make_tokenizer(base)
    tokenizer.save_pretrained(folder)
    ids = {name: getattr(tokenizer, f"{name}_token_id") for name in ("bos", "eos", "pad")}
    config = base.config(
        vocab_size=len(tokenizer),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
        max_position_embeddings=2048,
        **{f"{name}_token_id": value for name, value in ids.items()},
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        kind: Any = AutoModelForCausalLM
        kind.from_config(config).save_pretrained(folder)
    return folder


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
