"""Fenced code blocks of a Markdown reply, as chat models write them.

Fences follow CommonMark (three or more of ` or ~, closed by at least as many of the same), at any indentation. Inline
code is not looked at.
"""

import re

from codefavor.languages.language import Language
from codefavor.record import Record

_OPENING = re.compile(r"(?P<indent>[ \t]*)(?P<fence>`{3,}(?=[^`]*$)|~{3,})(?P<info>.*)")


class FencedBlock(Record):
    """One fenced block."""

    language: str
    """The first word after the opening fence, in lower case; empty when there is none."""
    code: str
    """The lines between the fences, without the fences' own indentation."""
    closed: bool
    """Whether the block was closed; the last one of a reply cut short is not."""


def fenced_blocks(reply: str) -> tuple[FencedBlock, ...]:
    """Return every fenced block of `reply` in order."""
    blocks = []
    lines = iter(reply.splitlines())
    for line in lines:
        opening = _OPENING.fullmatch(line)
        if opening:
            indent, fence = opening["indent"], opening["fence"]
            content, closed = [], False
            for inner in lines:
                closed = _closes(inner, fence)
                if closed:
                    break
                content.append(inner.removeprefix(indent))
            words = opening["info"].split()
            blocks.append(
                FencedBlock(
                    language=words[0].strip("{}.").lower() if words else "", code="\n".join(content), closed=closed
                )
            )
    return tuple(blocks)


def _closes(line: str, fence: str) -> bool:
    text = line.strip()
    return len(text) >= len(fence) and set(text) == {fence[0]}


def code_of_reply(reply: str, language: Language) -> str | None:
    """Return the code of a reply in `language`: its first block tagged as that, else its first untagged block.

    A reply without any fence is code itself when it parses and is more than prose ("Yes" parses as Python, but is no
    program). None when there is no code.
    """
    blocks = fenced_blocks(reply)
    if not blocks:
        return reply if language.syntax.is_program(reply) else None
    tagged = [block.code for block in blocks if block.language in language.names]
    untagged = [block.code for block in blocks if not block.language]
    return next(iter(tagged + untagged), None)
