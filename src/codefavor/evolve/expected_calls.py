"""Requests as they are estimated before any model is asked: prompts at four characters a token, answers guessed."""

from codefavor.evolve.conversation import AnsweredCall
from codefavor.llm.protocol import Usage

_CHARACTERS_PER_TOKEN = 4


def expected_tokens(*texts: str) -> int:
    """Return about how many tokens texts have."""
    return sum(map(len, texts)) // _CHARACTERS_PER_TOKEN


def expected_call(model: str, read: int, written: int) -> AnsweredCall:
    """Return a request of so many tokens."""
    return AnsweredCall(model=model, usage=Usage(input_tokens=read, output_tokens=written), finish="stop")
