"""A language as a value: what it is called, which files hold it, and what can be done with its source.

Every language is one `Language` in one file of this package, listed in `languages.registry`. Nothing is run here.
"""

from dataclasses import dataclass, field
from typing import Protocol

from codefavor.languages.source import CodeFunction, Stripped, Unparsable


class Syntax(Protocol):
    """What can be done with the source of one language. No method runs code, and none raises on foreign text."""

    def check(self, code: str) -> Unparsable | None:
        """Return why `code` does not parse, or None where it does."""

    def is_program(self, text: str) -> bool:
        """Return whether `text` parses and is more than words of prose that happen to parse."""

    def strip_comments(self, code: str) -> Stripped:
        """Return `code` without comments and documentation, its layout normalised; as it was where it cannot be."""

    def functions(self, code: str) -> tuple[CodeFunction, ...] | Unparsable:
        """Return the functions and methods of `code` in order, or why it does not parse."""

    def identifiers(self, code: str) -> tuple[str, ...] | Unparsable:
        """Return the identifiers of `code` in order, repetitions included, or why it does not parse."""


@dataclass(frozen=True)
class Language:
    """One programming language."""

    name: str
    """The name in records, in lower case: "python", "cpp"."""
    title: str
    """The name in sentences: "Python", "C++"."""
    aliases: tuple[str, ...]
    """Other names and fence tags, in lower case: "py", "python 3"."""
    suffixes: tuple[str, ...]
    """Suffixes of its files, in lower case with the dot."""
    lexer: str
    """Pygments' name for it."""
    syntax: Syntax = field(compare=False)
    """What can be done with its source."""
    runs: bool = False
    """Whether candidates in it can be run for evidence."""

    @property
    def names(self) -> frozenset[str]:
        """Everything it is called, in lower case: as a fence tag, in a file of pairs, on the command line."""
        return frozenset({self.name, self.title.lower(), *self.aliases})
