"""Foreign code as safe HTML: coloured, escaped, one fragment a line, and every character visible that could deceive.

Control, formatting and surrogate characters (text direction, zero width, terminal escapes) are shown as their escapes.
Python is scanned by one pattern of our own, several times faster than Pygments, which colours the other languages
by the lexer that the language names.
"""

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from markupsafe import Markup, escape
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType
from pygments.util import ClassNotFound

from codefavor.languages.registry import find_language

LONGEST_COLOURED = 200_000
"""Characters; longer code is shown without colours."""

_PYTHON = re.compile(
    r"""(?P<c>\#[^\n]*)
      | (?P<s>(?i:\b[rbuf]{1,2})?(?:'''(?:[^\\']|\\.|'(?!''))*(?:'''|\Z)|\"\"\"(?:[^\\"]|\\.|"(?!""))*(?:\"\"\"|\Z)
          |'(?:[^\\'\n]|\\.)*'?|"(?:[^\\"\n]|\\.)*"?))
      | (?P<d>^[ \t]*@[\w.]+)
      | (?P<f>(?<=\bdef[ ])\w+|(?<=\bclass[ ])\w+)
      | (?P<n>\b(?:0[xX][\da-fA-F_]+|\d[\d_]*\.?[\d_]*(?:[eE][+-]?\d+)?j?)\b)
      | (?P<word>\b[^\W\d]\w*)
    """,
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_WORDS = {
    **{name: "b" for name in dir(builtins) if name.islower()},
    **{name: "k" for name in keyword.kwlist},
}
_CLASSES = (
    *((Comment, "c"), (Keyword, "k"), (Operator.Word, "k"), (String, "s"), (Number, "n")),
    *((Name.Decorator, "d"), (Name.Function, "f"), (Name.Class, "f"), (Name.Builtin, "b")),
)


@lru_cache(maxsize=8192)
def highlight(code: str, language: str) -> tuple[Markup, ...]:
    """Return the lines of `code` as HTML; what `splitlines` calls a line is one, as in the diff.

    `language` is any name of a language; one that is not known is shown without colours unless Pygments knows it.
    """
    lines: list[list[str]] = [[]]
    for css, value in _tokens("\n".join(code.splitlines()), language):
        for number, part in enumerate(value.split("\n")):
            if number:
                lines.append([])
            if part:
                shown = visible_html(part)
                lines[-1].append(f'<span class="{css}">{shown}</span>' if css else shown)
    return tuple(Markup("".join(line)) for line in lines)


def visible_html(text: str) -> Markup:
    """Return `text` as HTML with characters that are not seen marked by their escapes."""
    if text.isascii() and text.isprintable():
        return escape(text)
    return Markup("").join(_marked(character) if _is_hidden(character) else escape(character) for character in text)


def _is_hidden(character: str) -> bool:
    return character not in "\n\t" and unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _marked(character: str) -> Markup:
    name = f"U+{ord(character):04X} {unicodedata.name(character, 'control character')}"
    shown = character.encode("unicode_escape").decode("ascii")
    return Markup('<span class="hidden-character" title="{}">{}</span>').format(name, shown)


def _tokens(text: str, language: str) -> Iterator[tuple[str, str]]:
    """Yield the whole of `text` in pieces, each with its class or with none."""
    known = find_language(language)
    if len(text) > LONGEST_COLOURED:
        yield "", text
    elif known is not None and known.name == "python":
        yield from _python_tokens(text)
    else:
        try:
            lexer = get_lexer_by_name(known.lexer if known else language, stripnl=False, ensurenl=False)
        except ClassNotFound:
            yield "", text
            return
        for kind, value in lexer.get_tokens(text):
            yield _class_of(kind), value


def _python_tokens(text: str) -> Iterator[tuple[str, str]]:
    end = 0
    for match in _PYTHON.finditer(text):
        css = match.lastgroup or ""
        if css == "word":
            css = _WORDS.get(match[0], "")
        if css:
            yield "", text[end : match.start()]
            yield css, match[0]
            end = match.end()
    yield "", text[end:]


@lru_cache(maxsize=512)
def _class_of(kind: _TokenType) -> str:
    return next((css for parent, css in _CLASSES if kind in parent), "")
