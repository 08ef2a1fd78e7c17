"""JavaScript literals inside prose: where one begins, how far it goes, what it is. Nothing is evaluated.

Values are those that `sandbox.inside.values.decode` gives for what a candidate returns: whole numbers are int, `null`
is None, `undefined` is `UNDEFINED`, objects are dict, a Map and a Set of objects are `Kept`. Read are the literals of
the language (ECMA-262, sections 12.9, 13.2), without templates that hold expressions, computed keys and spreads,
besides `new Map` and `new Set` of such literals and the way in which Node.js prints them, `Map(1) { 'a' => 1 }`.
"""

import re
from typing import Any

from codefavor.sandbox.inside.values import Kept, Opaque

UNDEFINED = Opaque("undefined", "undefined")
"""What `undefined` is decoded as."""
MAX_SAFE = (1 << 53) - 1
"""The largest whole number that a JavaScript number holds without gaps before it."""
_MAX_DEPTH = 100
_MAX_LENGTH = 20_000
_BLANK = re.compile(r"(?:\s|//[^\n]*(?=\n)|/\*.*?\*/)*", re.DOTALL)
_NUMBER = re.compile(
    r"0[xX][\da-fA-F_]+n?|0[oO][0-7_]+n?|0[bB][01_]+n?|(?:\d[\d_]*n|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][-+]?\d+)?)"
)
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_STRING = re.compile(r"'((?:[^'\\\n]|\\.)*)'|\"((?:[^\"\\\n]|\\.)*)\"|`((?:[^`\\$]|\\.|\$(?!\{))*)`", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u\{([\da-fA-F]{1,6})\}|u([\da-fA-F]{4})|x([\da-fA-F]{2})|(\r\n|.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
_WORDS: dict[str, Any] = {
    "null": None,
    "true": True,
    "false": False,
    "undefined": UNDEFINED,
    "NaN": float("nan"),
    "Infinity": float("inf"),
}
_COLLECTION = re.compile(r"(?:new\s+)?(Map|Set)\s*(?:\(\s*\d*\s*\)\s*(?=\{)|(?=\{)|\()")


def literal_at(text: str, start: int) -> tuple[str, int] | None:
    """Return the source of the literal that begins at `start` and where it ends, or None."""
    reader = _Reader(text[: start + _MAX_LENGTH], start)
    try:
        reader.value()
    except (ValueError, IndexError):
        return None
    end = reader.position
    if (text[end - 1].isalnum() or text[end - 1] in "_$") and re.match(r"[\w$]", text[end : end + 1]):
        return None
    if text[end - 1] == "." and text[end - 2 : end - 1].isdigit():
        end -= 1
    return text[start:end], end


def evaluate(source: str) -> Any:
    """Return the value of a literal.

    Raises:
        ValueError: it is none.
    """
    text = source.strip()
    reader = _Reader(text, 0)
    try:
        value = reader.value()
    except IndexError:
        raise ValueError(f"not a literal: {source[:80]!r}") from None
    if reader.position != len(text):
        raise ValueError(f"not a literal: {source[:80]!r}")
    return value


class _Reader:
    """Reads one literal from a position on."""

    def __init__(self, text: str, position: int) -> None:
        self._text = text
        self.position = position
        self._depth = 0

    def value(self) -> Any:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ValueError("nested too deeply")
        value = self._value()
        self._depth -= 1
        return value

    def _value(self) -> Any:
        character = self._text[self.position]
        if character in "+-":
            return self._signed(character)
        if character == "[":
            return self._list("[", "]")
        if character == "{":
            return self._object()
        if character in "'\"`":
            return self._string()
        if character == "(":
            return self._parenthesized()
        if character.isdigit() or character == ".":
            return self._number()
        return self._word()

    def _skip(self) -> str:
        """Move past blanks and comments and return the character there."""
        blank = _BLANK.match(self._text, self.position)
        self.position = blank.end() if blank else self.position
        return self._text[self.position]

    def _take(self, token: str) -> bool:
        if self._text.startswith(token, self.position):
            self.position += len(token)
            return True
        return False

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str]:
        match = pattern.match(self._text, self.position)
        if match is None:
            raise ValueError("no literal")
        self.position = match.end()
        return match

    def _signed(self, sign: str) -> Any:
        self.position += 1
        value = self.value()
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("a sign before what is no number")
        return value if sign == "+" else -0.0 if value == 0 and isinstance(value, int) else -value

    def _number(self) -> int | float:
        text = self._match(_NUMBER)[0].replace("_", "")
        if text[-1] == "n":
            return int(text[:-1], 0)
        if text[:2].lower() in ("0x", "0o", "0b"):
            return normal(int(text, 0))
        return normal(float(text))

    def _string(self) -> str:
        match = self._match(_STRING)
        content = next(group for group in match.groups() if group is not None)
        return _joined(_ESCAPE.sub(_unescaped, content))

    def _word(self) -> Any:
        collection = _COLLECTION.match(self._text, self.position)
        if collection:
            self.position = collection.end()
            return self._collection(collection[1], collection[0].rstrip().endswith("("))
        name = self._match(_NAME)[0]
        if name not in _WORDS:
            raise ValueError("a name")
        return _WORDS[name]

    def _parenthesized(self) -> Any:
        self.position += 1
        self._skip()
        value = self.value()
        if self._skip() != ")":
            raise ValueError("more than a literal in parentheses")
        self.position += 1
        return value

    def _list(self, opening: str, closing: str) -> list[Any]:
        """Read values between brackets; an empty place is `undefined`, a last comma stands for none."""
        self.position += len(opening)
        items: list[Any] = []
        while self._skip() != closing:
            if self._take(","):
                items.append(UNDEFINED)
                continue
            items.append(self.value())
            self._skip()
            if not self._take(",") and self._text[self.position] != closing:
                raise ValueError("no comma")
        self.position += 1
        return items

    def _object(self) -> dict[str, Any]:
        self.position += 1
        entries: dict[str, Any] = {}
        while self._skip() != "}":
            key = self._key()
            if self._skip() != ":":
                raise ValueError("no colon")
            self.position += 1
            self._skip()
            entries[key] = self.value()
            self._skip()
            if not self._take(",") and self._text[self.position] != "}":
                raise ValueError("no comma")
        self.position += 1
        return entries

    def _key(self) -> str:
        character = self._text[self.position]
        if character in "'\"":
            return self._string()
        return number_text(self._number()) if character.isdigit() else self._match(_NAME)[0]

    def _collection(self, kind: str, is_call: bool) -> Any:
        if not is_call:
            return set_of(self._list("{", "}")) if kind == "Set" else Kept("Map", self._printed_entries())
        items = [] if self._skip() == ")" else self.value()
        if self._skip() != ")" or not isinstance(items, list):
            raise ValueError("no list in parentheses")
        self.position += 1
        if kind == "Set":
            return set_of(items)
        if not all(isinstance(item, list) and len(item) == 2 for item in items):
            raise ValueError("no pairs")
        return Kept("Map", items)

    def _printed_entries(self) -> list[list[Any]]:
        self.position += 1
        entries: list[list[Any]] = []
        while self._skip() != "}":
            key = self.value()
            self._skip()
            if not self._take("=>"):
                raise ValueError("no arrow")
            self._skip()
            entries.append([key, self.value()])
            self._skip()
            if not self._take(",") and self._text[self.position] != "}":
                raise ValueError("no comma")
        self.position += 1
        return entries


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        number = int(code, 16)
        return chr(number) if number <= 0x10FFFF else ""
    return _ESCAPED.get(match[4], match[4])


def _joined(text: str) -> str:
    """Return text with its halves of characters joined; one without its other half is unknown, as it is decoded."""
    if not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def normal(number: int | float) -> int | float:
    """Return a JavaScript number as it is decoded: whole ones without gaps as int, all others as float."""
    if isinstance(number, float):
        return int(number) if number.is_integer() and abs(number) <= MAX_SAFE else number
    return number if abs(number) <= MAX_SAFE else float(number)


def set_of(items: list[Any]) -> Any:
    """Return a Set as it is decoded: a set where no member has parts."""
    plain = all(item is None or isinstance(item, bool | int | float | str | Opaque) for item in items)
    return set(items) if plain else Kept("Set", items)


def number_text(number: int | float) -> str:
    """Return a number as a key of an object is written; exact for whole ones."""
    return str(number)
