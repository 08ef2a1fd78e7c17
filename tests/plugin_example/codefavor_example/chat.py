"""The provider `parrot`: `parrot/TEXT` is a chat model that always says TEXT."""

from codefavor.llm.protocol import Completion, GenerationConfig, Message, Usage


class Parrot:
    """Says one thing."""

    def __init__(self, text: str) -> None:
        self.name = f"parrot/{text}"
        self._text = text

    async def complete(self, messages: tuple[Message, ...], config: GenerationConfig) -> Completion:
        """Return the text, whatever is asked."""
        usage = Usage(input_tokens=len(messages), output_tokens=1)
        return Completion(text=self._text, model=self.name, finish="stop", usage=usage)

    async def aclose(self) -> None:
        """Do nothing; there is no connection."""


def load(model: str, base_urls: tuple[str, ...]) -> Parrot:
    """Return the model; `base_urls` are the servers that the user names, which a parrot does not have."""
    return Parrot(model)
