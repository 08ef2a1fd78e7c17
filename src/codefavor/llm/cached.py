"""A chat model that remembers: an answer is paid for once and kept before it is handed on.

The key is everything that shapes an answer: the model's id, the messages and the settings. Servers are not part of it,
since a pool of them answers for one model; who serves different models under one id keeps a file for each.
"""

import asyncio
import hashlib
from weakref import WeakValueDictionary

from codefavor.llm.answers import AnswerFile
from codefavor.llm.protocol import ChatModel, Completion, GenerationConfig, Message


class Cached:
    """A chat model that asks another one only for what is not in its file of answers."""

    def __init__(self, model: ChatModel, answers: AnswerFile) -> None:
        self._model = model
        self._answers = answers
        self._asking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @property
    def name(self) -> str:
        """The id of the model asked."""
        return self._model.name

    async def complete(self, messages: tuple[Message, ...], config: GenerationConfig) -> Completion:
        """Return the answer to `messages`; see `ChatModel.complete`. Equal calls at the same time are made once.

        Raises:
            DataError: the file of answers is damaged or cannot be written.
        """
        key = answer_key(self.name, messages, config)
        async with self._asking.setdefault(key, asyncio.Lock()):
            if kept := self._answers.get(key):
                return kept
            completion = await self._model.complete(messages, config)
            await self._answers.put(key, completion)
            return completion

    async def aclose(self) -> None:
        """Close the model asked; the file of answers stays open for its owner to close."""
        await self._model.aclose()


def answer_key(model: str, messages: tuple[Message, ...], config: GenerationConfig) -> str:
    """Return the SHA-256, in hex, of what shapes an answer."""
    digest = hashlib.sha256()
    # Settings left at None are not written, so that a setting added later does not orphan the answers kept before.
    parts = (model, *(message.model_dump_json() for message in messages), config.model_dump_json(exclude_none=True))
    for part in parts:
        content = part.encode()
        digest.update(f"{len(content)}:".encode() + content)
    return digest.hexdigest()
