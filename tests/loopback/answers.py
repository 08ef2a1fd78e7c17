"""Answers for a server on loopback; one in its own process takes them by name."""

import re

from loopback.dialects import Messages


def echo(messages: Messages) -> str:
    """Say the last message again, with the number of turns before it."""
    return f"{len(messages) - 1}: {messages[-1]['content']}"


def prefers_the_shorter(messages: Messages) -> str:
    """Answer a judge's question as a chat model would that likes short code."""
    said = messages[-1]["content"]
    first, second = (re.findall(rf"<code_{side} \w+>\n(.*?)\n</code_{side}", said, re.DOTALL)[0] for side in "ab")
    better, worse = ("A", "B") if len(first) <= len(second) else ("B", "A")
    return f"Short.\nVERDICT: Code {better} is better than code {worse}."
