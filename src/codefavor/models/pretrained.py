"""Tokenizers and weights of Hugging Face folders and hub ids, loaded on demand; failures become one sentence.

It knows no judge and trains nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

from codefavor.errors import ConfigError, MissingExtraError, ModelError

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase


Kind = Literal["causal", "backbone", "scores"]
"""Which part of a model is loaded: "causal" writes, "backbone" has no output layer, "scores" a head of classes."""
Place = Literal["device", "host", "4bit"]
"""Where weights stand: on the accelerator where there is one, in main memory, or on the accelerator in 4 bits."""


class WeightsLoader(Protocol):
    """How a model comes into being: `load_weights` reads it, `load_shapes` only says how large it is."""

    def __call__(
        self, model: str | Path, kind: Kind, layers: int | None = None, memory: Place = "device"
    ) -> PreTrainedModel:
        """Return the model, or its lowest `layers`."""


class TextTokenizer:
    """A Hugging Face tokenizer as the format needs it: plain text to token ids and back."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._tokenizer = tokenizer

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        """Return the tokens of `text`."""
        token_ids: list[int] = self._tokenizer.encode(text, add_special_tokens=add_special_tokens)
        return token_ids

    def decode(self, token_ids: list[int]) -> str:
        """Return the text of `token_ids`."""
        return str(self._tokenizer.decode(token_ids))


_VERDICT_PROBE = "Answer with one letter, A or B."
_REPLY_PROBE = "Neither."


def load_tokenizer(model: str | Path) -> PreTrainedTokenizerBase:
    """Return the tokenizer of `model`.

    Raises:
        MissingExtraError: transformers is not installed.
        ModelError: there is no such model, or no tokenizer in it.
    """
    with _one_sentence(model):
        from transformers import AutoTokenizer

        tokenizer: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(str(model))
    return tokenizer


def load_weights(model: str | Path, kind: Kind, layers: int | None = None, memory: Place = "device") -> PreTrainedModel:
    """Return `model` in fp32; with `layers`, only its lowest layers. In 4 bits it is only good for training adapters.

    Raises:
        MissingExtraError: torch or transformers is not installed, or bitsandbytes for 4 bits.
        ModelError: there is no such model.
        ConfigError: the model has fewer layers than asked for, or 4 bits are asked for without a CUDA device.
    """
    with _one_sentence(model):
        import torch
        from transformers.utils import logging

        config, auto = _plan(model, kind, layers)
        options = _four_bits() if memory == "4bit" else {}
        loud = logging.get_verbosity()
        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            weights: PreTrainedModel = auto.from_pretrained(str(model), config=config, dtype=torch.float32, **options)
            if memory == "device" and torch.cuda.is_available():
                weights.to("cuda")  # type: ignore[arg-type]
        finally:
            logging.set_verbosity(loud)
    return weights


def load_shapes(model: str | Path, kind: Kind, layers: int | None = None, memory: Place = "device") -> PreTrainedModel:
    """Return `model` from its configuration alone, with empty weights on torch's default device.

    Under `torch.device("meta")` or a fake tensor mode they take no memory, and no folder needs to hold any.

    Raises:
        MissingExtraError: torch or transformers is not installed.
        ModelError: there is no such model.
        ConfigError: the model has fewer layers than asked for.
    """
    with _one_sentence(model):
        import torch

        config, auto = _plan(model, kind, layers)
        shapes: PreTrainedModel = auto.from_config(config, dtype=torch.float32)
    return shapes


def _plan(model: str | Path, kind: Kind, layers: int | None) -> tuple[Any, Any]:
    """Return a model's configuration and the class that makes it."""
    from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoModelForSequenceClassification

    config = AutoConfig.from_pretrained(str(model))
    if layers is not None:
        _keep_lowest(config, layers)
    classes = {
        "causal": AutoModelForCausalLM,
        "backbone": AutoModel,
        "scores": AutoModelForSequenceClassification,
    }
    return config, classes[kind]


def _four_bits() -> dict[str, Any]:
    import torch
    from transformers import BitsAndBytesConfig

    if not torch.cuda.is_available():
        raise ConfigError("load_in_4bit needs a CUDA device, and this machine has none; leave it out for plain LoRA")
    if find_spec("bitsandbytes") is None:
        raise MissingExtraError("bitsandbytes", "qlora")
    quantisation = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )
    return {"quantization_config": quantisation, "device_map": {"": 0}}


def _keep_lowest(config: Any, layers: int) -> None:
    if layers > config.num_hidden_layers:
        raise ConfigError(f"the model has {config.num_hidden_layers} layers, {layers} were asked for")
    config.num_hidden_layers = layers
    if getattr(config, "layer_types", None):
        config.layer_types = config.layer_types[:layers]


@contextmanager
def _one_sentence(model: str | Path) -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise MissingExtraError(error.name or "transformers", "train") from None
    except (OSError, ValueError) as error:
        raise ModelError(f"{model}: cannot be loaded: {' '.join(str(error).split())}") from error


def chat_prompt(tokenizer: PreTrainedTokenizerBase, message: str) -> str:
    """Return `message` as a user's turn in the model's chat template, up to where the assistant answers."""
    turn = [{"role": "user", "content": message}]
    return str(tokenizer.apply_chat_template(turn, tokenize=False, add_generation_prompt=True))


class ReplyFrame(NamedTuple):
    """What a chat template writes around the assistant's reply to one message."""

    prompt: str
    """The message, up to where the assistant's turn begins."""
    lead: str
    """What stands between there and the reply: a space for some models, mostly nothing."""
    tail: str
    """What follows the reply."""


def reply_frame(tokenizer: PreTrainedTokenizerBase) -> ReplyFrame:
    """Return the frame of the reply to a short message; lead and tail are the same for every other.

    Raises:
        ConfigError: the tokenizer has no chat template.
    """
    if not tokenizer.chat_template:
        raise ConfigError("the model has no chat template; a judge that answers needs an instruction model")
    prompt = chat_prompt(tokenizer, _VERDICT_PROBE)
    turns = [{"role": "user", "content": _VERDICT_PROBE}, {"role": "assistant", "content": _REPLY_PROBE}]
    answered = str(tokenizer.apply_chat_template(turns, tokenize=False))
    if not answered.startswith(prompt):
        return ReplyFrame(prompt, "", "")
    lead, _, tail = answered[len(prompt) :].partition(_REPLY_PROBE)
    return ReplyFrame(prompt, lead, tail)


def verdict_tokens(tokenizer: PreTrainedTokenizerBase) -> tuple[int, int]:
    """Return the one token of "A" and the one token of "B" with which the assistant's answer begins.

    They are looked up in place, after the prompt, since some tokenizers write a letter otherwise there than alone.

    Raises:
        ConfigError: the tokenizer has no chat template, or "A" or "B" is not one token.
    """
    frame = reply_frame(tokenizer)
    before = tokenizer.encode(frame.prompt, add_special_tokens=False)
    found = []
    for letter in ("A", "B"):
        token_ids = tokenizer.encode(frame.prompt + frame.lead + letter, add_special_tokens=False)
        if len(token_ids) != len(before) + 1 or token_ids[:-1] != before:
            raise ConfigError(f'"{letter}" is not one token for this tokenizer, so it cannot be the verdict')
        found.append(token_ids[-1])
    if found[0] == found[1]:
        raise ConfigError('"A" and "B" are the same token for this tokenizer, so neither can be the verdict')
    return found[0], found[1]


def pad_token(tokenizer: PreTrainedTokenizerBase) -> int:
    """Return a token to pad with; which one does not matter, since padding is masked."""
    pad = tokenizer.pad_token_id
    return 0 if pad is None else int(pad)
