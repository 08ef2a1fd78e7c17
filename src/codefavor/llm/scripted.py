"""A chat model that answers by rule, for tests and dry runs: no network, no weights, no chance."""

from collections.abc import Callable

from codefavor.errors import ModelError
from codefavor.llm.protocol import Completion, GenerationConfig, Message, Usage

Rule = Callable[[tuple[Message, ...]], str]


def echo(messages: tuple[Message, ...]) -> str:
    """Return the last message's text."""
    return messages[-1].content


class Scripted:
    """A model that says what `rule` returns; words count as tokens, and stop texts and the token limit are kept to."""

    def __init__(self, rule: Rule = echo, name: str = "scripted/echo") -> None:
        self._rule = rule
        self._name = name

    @property
    def name(self) -> str:
        """The model id, `scripted/<what it does>`."""
        return self._name

    async def complete(self, messages: tuple[Message, ...], config: GenerationConfig) -> Completion:
        """Return the rule's answer; see `ChatModel.complete`."""
        if config.top_logprobs is not None:
            raise ModelError(f"{self.name}: a scripted model has no log-probabilities")
        text = self._rule(messages)
        for stop in config.stop:
            text = text.partition(stop)[0]
        words = text.split(" ")
        return Completion(
            text=" ".join(words[: config.max_tokens]),
            model=self.name,
            finish="length" if len(words) > config.max_tokens else "stop",
            usage=Usage(
                input_tokens=sum(len(message.content.split(" ")) for message in messages),
                output_tokens=min(len(words), config.max_tokens),
            ),
        )

    async def aclose(self) -> None:
        """Do nothing; there is nothing to free."""
