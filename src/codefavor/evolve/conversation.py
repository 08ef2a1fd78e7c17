"""A conversation with a model during evolution: it grows turn by turn and remembers what it cost.

It asks and records; what is asked and how replies are read belongs to the prompts, how often a call is tried to the
model.
"""

from collections.abc import Callable
from typing import Literal, Protocol, TypeVar

from codefavor.evolve.prompts.sections import ReplyError
from codefavor.evolve.protocol import Discard
from codefavor.llm.protocol import ChatModel, GenerationConfig, Message, Usage
from codefavor.pairs.pair import PreferencePair
from codefavor.record import Record

ReadT = TypeVar("ReadT")
TracedT_contra = TypeVar("TracedT_contra", contravariant=True)


class AnsweredCall(Record):
    """One answered request."""

    model: str
    """The model asked, `provider/model`."""
    usage: Usage
    """The tokens it took."""
    finish: Literal["stop", "length"]
    """Whether the answer was cut short."""


class Evolution(Record):
    """What became of one seed, with every turn of its conversations."""

    outcome: PreferencePair | Discard
    """The pair, or why there is none."""
    transcript: tuple[Message, ...] = ()
    """All turns in order; worked examples that precede every conversation are left out."""
    calls: tuple[AnsweredCall, ...] = ()
    """Every answered request."""


class TracingEvolver(Protocol[TracedT_contra]):
    """An evolver that also returns the conversations with its models."""

    async def trace(self, seed: TracedT_contra) -> Evolution:
        """Return what became of `seed`."""


class Conversation:
    """One conversation with one model."""

    def __init__(self, model: ChatModel, config: GenerationConfig, opening: tuple[Message, ...]) -> None:
        """Begin with `opening`, which is sent with every request but is no part of the transcript."""
        self._model = model
        self._config = config
        self._opening = opening
        self.transcript: tuple[Message, ...] = ()
        self.calls: tuple[AnsweredCall, ...] = ()

    async def ask(self, prompt: str, config: GenerationConfig | None = None) -> str:
        """Return the answer to one more turn.

        Raises:
            ModelError: the model failed for good.
        """
        turns = (*self.transcript, Message(role="user", content=prompt))
        completion = await self._model.complete((*self._opening, *turns), config or self._config)
        self.transcript = (*turns, Message(role="assistant", content=completion.text))
        self.calls = (
            *self.calls,
            AnsweredCall(model=self._model.name, usage=completion.usage, finish=completion.finish),
        )
        return completion.text

    async def ask_for(
        self,
        prompt: str,
        read: Callable[[str], ReadT],
        ask_again: Callable[[ReplyError], str],
        config: GenerationConfig | None = None,
    ) -> ReadT:
        """Return what `read` finds in the answer; an unreadable one is asked for once more in the words of `ask_again`.

        Raises:
            ReplyError: the second answer cannot be read either.
            ModelError: the model failed for good.
        """
        try:
            return read(await self.ask(prompt, config))
        except ReplyError as problem:
            return read(await self.ask(ask_again(problem), config))
