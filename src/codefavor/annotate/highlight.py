"""Foreign code as safe HTML: coloured, escaped, one fragment a line, and every character visible that could deceive.

Control, formatting and surrogate characters (text direction, zero width, terminal escapes) are shown as their escapes.
"""

import unicodedata
from functools import lru_cache

from markupsafe import Markup, escape
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.lexers.special import TextLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType
from pygments.util import ClassNotFound

LONGEST_COLOURED = 200_000
"""Characters; longer code is shown without colours."""

_CLASSES = ((Comment, "c"), (Keyword, "k"), (Operator.Word, "k"), (String, "s"), (Number, "n"), (Name.Decorator, "d"))
_NAMES = ((Name.Function, "f"), (Name.Class, "f"), (Name.Builtin, "b"))


@lru_cache(maxsize=8192)
def highlight(code: str, language: str) -> tuple[Markup, ...]:
    """Return the lines of `code` as HTML; what `splitlines` calls a line is one, as in the diff."""
    text = "\n".join(code.splitlines())
    lines: list[list[Markup]] = [[]]
    for kind, value in _lexer(text, language).get_tokens(text):
        css = _class_of(kind)
        for number, part in enumerate(value.split("\n")):
            if number:
                lines.append([])
            if part:
                shown = visible_html(part)
                lines[-1].append(Markup('<span class="{}">{}</span>').format(css, shown) if css else shown)
    return tuple(Markup("").join(line) for line in lines)


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


def _lexer(text: str, language: str) -> Lexer:
    if len(text) > LONGEST_COLOURED:
        return TextLexer(stripnl=False, ensurenl=False)
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return TextLexer(stripnl=False, ensurenl=False)


def _class_of(kind: _TokenType) -> str:
    return next((css for parent, css in (*_CLASSES, *_NAMES) if kind in parent), "")
