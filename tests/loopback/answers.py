"""Answers for a server in its own process, which takes its answer function by name."""

from loopback.dialects import Messages


def echo(messages: Messages) -> str:
    """Say the last message again, with the number of turns before it."""
    return f"{len(messages) - 1}: {messages[-1]['content']}"
