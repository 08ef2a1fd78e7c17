"""Replies in headed sections: written in one layout, read back strictly, then leniently.

The layout is Markdown: a `## Heading` a section, code in one fenced block. The lenient reader also takes other heading
styles (bold, brackets, tags, numbers, a colon), any order, code without fences, and a JSON object. What the sections
mean is not known here.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from codefavor.languages.fences import fenced_blocks
from codefavor.languages.language import Language

_FENCE = re.compile(r"[ \t]*(`{3,}(?=[^`]*$)|~{3,})")
_STRICT_HEADING = re.compile(r"## (.+)")
_DECORATION = r"[\s#*_`\[\]<>()\d.:\-]*"
_CLOSING_TAG = re.compile(r"^\s*</[\w -]+>\s*$|^\s*\[/[\w -]+\]\s*$", re.MULTILINE)


@dataclass(frozen=True)
class ReplySection:
    """One part of a reply."""

    key: str
    """The field it fills."""
    heading: str
    """The heading that the prompt asks for."""
    code: bool = False
    """Whether it holds code in a fenced block."""
    aliases: tuple[str, ...] = ()
    """Other headings that models write for it."""


class ReplyError(ValueError):
    """A reply that cannot be read; the message says what is wrong in words that a model can act on."""


def render_sections(layout: Sequence[ReplySection], values: Mapping[str, str], language: Language) -> str:
    """Return a reply in the layout, its code in `language`; sections without a value are left out.

    Reading it back gives the same values, unless a text holds one of the headings as a line of its own or a fence that
    it does not close, or begins or ends with blank lines.
    """
    return "\n\n".join(
        f"## {section.heading}\n{fenced(values[section.key], language.name) if section.code else values[section.key]}"
        for section in layout
        if section.key in values
    )


def fenced(code: str, tag: str) -> str:
    """Return `code` as a Markdown block tagged `tag`, whose fence is longer than any within it."""
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{tag}\n{code}\n{fence}"


def read_sections(layout: Sequence[ReplySection], reply: str, required: Sequence[str]) -> dict[str, str]:
    """Return the sections of a reply by key.

    Raises:
        ReplyError: a required section is missing or empty.
    """
    found = _read_strictly(layout, reply) or _read_leniently(layout, reply)
    missing = [section.heading for section in layout if section.key in required and not found.get(section.key)]
    if missing:
        raise ReplyError(f"missing or empty: {', '.join(missing)}")
    return found


def schema_of(layout: Sequence[ReplySection], required: Sequence[str]) -> dict[str, JsonValue]:
    """Return the JSON schema of the same reply, for backends that can be held to one."""
    return {
        "type": "object",
        "properties": {section.key: {"type": "string", "description": section.heading} for section in layout},
        "required": list(required),
        "additionalProperties": False,
    }


def _read_strictly(layout: Sequence[ReplySection], reply: str) -> dict[str, str] | None:
    """Return the sections when the reply is exactly in the layout, else None."""
    expected = iter(layout)
    found: dict[str, str] = {}
    for line, body in _split(reply, lambda line: _STRICT_HEADING.fullmatch(line) is not None):
        if line is None:
            if body.strip():
                return None
            continue
        section = next((candidate for candidate in expected if f"## {candidate.heading}" == line), None)
        content = body.strip("\n") if section is None or not section.code else _only_block(body)
        if section is None or content is None:
            return None
        found[section.key] = content
    return found or None


def _read_leniently(layout: Sequence[ReplySection], reply: str) -> dict[str, str]:
    names = {_plain(name): section for section in layout for name in (section.key, section.heading, *section.aliases)}
    found = _read_json(names, reply)
    if found:
        return found
    any_name = "|".join(sorted(map(_pattern, names), key=len, reverse=True))
    heading = re.compile(rf"{_DECORATION}({any_name})(?P<end>{_DECORATION})(?P<rest>.*)", re.IGNORECASE)
    for line, body in _split(reply, lambda line: _match_heading(heading, line) is not None):
        match = _match_heading(heading, line or "")
        if match is None:
            continue
        section = names[_plain(match.group(1))]
        text = _CLOSING_TAG.sub("", f"{match['rest']}\n{body}").strip()
        content = _code_in(text) if section.code else text
        if content and section.key not in found:
            found[section.key] = content
    return found


def _match_heading(heading: re.Pattern[str], line: str) -> re.Match[str] | None:
    """Return the match when `line` is a heading: a bare name, or a decorated one before text on the same line."""
    match = heading.fullmatch(line)
    if match is None or not match["rest"]:
        return match
    end = match["end"]
    marked = ":" in end or (end.strip() and not line[0].isalnum())
    return match if marked else None


def _pattern(name: str) -> str:
    return r"[\s_-]*".join(map(re.escape, name.split()))


def _plain(name: str) -> str:
    """Return a heading's name in lower case with single blanks."""
    return " ".join(re.split(r"[\s_-]+", name.strip().lower()))


def _read_json(names: Mapping[str, ReplySection], reply: str) -> dict[str, str]:
    start, end = reply.find("{"), reply.rfind("}")
    try:
        # Models write raw line breaks inside strings; strict=False lets them.
        content = json.loads(reply[start : end + 1] if start >= 0 else "{}", strict=False)
    except (json.JSONDecodeError, RecursionError):
        return {}
    found = {}
    for name, value in content.items():
        section = names.get(_plain(name))
        if section and isinstance(value, str):
            found[section.key] = _code_in(value) if section.code else value.strip()
    return found


def _code_in(text: str) -> str:
    blocks = fenced_blocks(text)
    return (blocks[0].code if blocks else text).strip("\n")


def _only_block(body: str) -> str | None:
    """Return the code of a section that is one closed block and nothing else."""
    lines = body.strip().split("\n")
    blocks = fenced_blocks(body)
    alone = len(blocks) == 1 and blocks[0].closed and _FENCE.match(lines[0]) and _FENCE.match(lines[-1])
    return blocks[0].code if alone else None


def _split(reply: str, is_heading: Callable[[str], bool]) -> Iterator[tuple[str | None, str]]:
    """Yield (heading line or None for what stands before the first, body); nothing inside a fence is a heading."""
    heading: str | None = None
    body: list[str] = []
    fence = ""
    for line in reply.replace("\r\n", "\n").split("\n"):
        if not fence and is_heading(line):
            yield heading, "\n".join(body)
            heading, body = line, []
            continue
        body.append(line)
        marker = _FENCE.match(line)
        if fence:
            closing = line.strip()
            fence = "" if len(closing) >= len(fence) and set(closing) == {fence[0]} else fence
        elif marker:
            fence = marker.group(1)
    yield heading, "\n".join(body)
