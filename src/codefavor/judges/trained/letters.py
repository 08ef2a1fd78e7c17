"""What judges share that answer with one token, "A" or "B": how they are loaded, and what comparisons become."""

from pathlib import Path
from typing import Any, ClassVar, Generic, Self, TypeVar

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from codefavor.judges.card import read_trained_card
from codefavor.judges.format import DEFAULT_MAX_LENGTH
from codefavor.models.adapter import load_language_model
from codefavor.models.precision import Precision, in_precision, keep_freed_memory, named
from codefavor.models.pretrained import TextTokenizer, chat_prompt, load_tokenizer, verdict_tokens
from codefavor.models.segment_attention import read_by_segments
from codefavor.models.verdict_head import only_tokens


class LetterInput:
    """What comparisons become inputs with: a model's chat template, its tokens of "A" and "B", a limit."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, max_length: int) -> None:
        """Use the tokenizer's chat template and cut inputs to `max_length` tokens.

        Raises:
            ConfigError: the tokenizer has no chat template, or "A" or "B" is not one token.
        """
        self.verdicts = verdict_tokens(tokenizer)
        self._tokenizer = tokenizer
        self._text = TextTokenizer(tokenizer)
        self._max_length = max_length

    def _chat(self, message: str) -> str:
        return chat_prompt(self._tokenizer, message)


InputT = TypeVar("InputT", bound=LetterInput)


class LetterJudge(Generic[InputT]):
    """A language model of which only the logits of two tokens are read."""

    objective: ClassVar[str]
    """The objective of its weights."""
    input_format: ClassVar[str]
    """The digest of its input format."""
    input_class: ClassVar[Any]
    """What comparisons become inputs with."""

    def __init__(self, name: str, model: PreTrainedModel, inputs: InputT, temperature: float = 1.0) -> None:
        """Judge with `model`; how much more it says "A" than "B" is divided by `temperature`."""
        self.name = name
        model.eval()  # type: ignore[no-untyped-call]
        self._model = read_by_segments(only_tokens(model, inputs.verdicts))
        self._inputs = inputs
        self._temperature = temperature

    @classmethod
    def load(cls, folder: Path, precision: Precision = "fp32") -> Self:
        """Return the judge that `codefavor train` wrote into `folder`.

        Raises:
            ModelError: the folder holds no judge of this objective.
            ConfigError: the precision is not available here.
        """
        keep_freed_memory()
        card = read_trained_card(folder, cls.objective, cls.input_format)
        inputs = cls.input_class(load_tokenizer(folder), card.max_length or DEFAULT_MAX_LENGTH)
        model = in_precision(load_language_model(folder, card.base_model, adapter=card.adapter), precision)
        return cls(named(folder, precision), model, inputs, card.temperature)
