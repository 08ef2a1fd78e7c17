"""Foreign text made safe to show: names of files and values of hostile code may hold control characters and markup."""

import re

_UNPRINTABLE = re.compile("[^\\S ]|[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")


def printable(text: str) -> str:
    """Return `text` on one line, without characters that steer a terminal or turn the direction of writing."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.splitlines()))


def fence(lines: list[str]) -> str:
    """Return lines as a fenced block of Markdown that nothing in them can end."""
    text = "\n".join(printable(line) for line in lines)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}text\n{text}\n{marks}"


def code_span(text: str) -> str:
    """Return `text` as inline code of Markdown that nothing in it can end; in tables too."""
    marks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    padding = " " if "`" in text else ""
    return f"{marks}{padding}{printable(text).replace('|', '&#124;')}{padding}{marks}"
