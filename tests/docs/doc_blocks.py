"""Code blocks of the documentation, and the commands in them. Nothing is run here."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
SHELL = {"bash", "sh", "console"}


class Block(NamedTuple):
    """A code block; `language` is empty where the fence names none, or the block is indented."""

    language: str
    line: int
    text: str


class Statement(NamedTuple):
    """One command of a shell block."""

    line: int
    text: str
    """As it is given to the shell."""

    @property
    def words(self) -> list[str]:
        """The words without assignments before the command."""
        plain = re.sub(r"^(\w+=)\$\([^)]*\)", r"\1x", self.text.replace("\\\n", " "))
        words = shlex.split(plain, comments=True)
        while words and re.match(r"\w+=", words[0]):
            words.pop(0)
        return words


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks_of(page: Path) -> Iterator[Block]:
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type in ("fence", "code_block") and token.map:
            yield Block(token.info.split(" ")[0], token.map[0] + 1, token.content)


def inline_commands(page: Path) -> Iterator[list[str]]:
    """Yield the words after "codefavor" of every piece of code within a sentence or a table."""
    tokens = MarkdownIt().enable("table").parse(page.read_text(encoding="utf-8"))
    pieces = [child.content for token in tokens for child in token.children or () if child.type == "code_inline"]
    for piece in pieces:
        if piece.startswith("codefavor "):
            yield shlex.split(piece)[1:]


def statements(block: Block) -> Iterator[Statement]:
    """Yield the commands of a shell block; of a console only what stands after a prompt."""
    lines = list(enumerate(block.text.splitlines(), start=block.line + 1))
    if block.language == "console":
        lines = [(number, line[2:]) for number, line in lines if line.startswith(("$ ", "> "))]
    gathered, begun = "", 0
    for number, line in lines:
        begun = begun if gathered else number
        gathered += line
        if _unfinished(gathered):
            gathered += "\n"
            continue
        found = Statement(begun, gathered)
        gathered = ""
        if found.words:
            yield found
    assert not gathered, f"line {begun}: a quotation that does not end"


def _unfinished(text: str) -> bool:
    if text.endswith("\\"):
        return True
    try:
        shlex.split(text.replace("\\\n", " "), comments=True)
    except ValueError:
        return True
    return False
