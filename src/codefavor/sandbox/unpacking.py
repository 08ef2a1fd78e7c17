"""Reads values that `inside.packing` packed, on the trusted side, whoever wrote them: no type is believed.

The format is that of CPython's Python/marshal.c, version 2, of which the types of plain values are read.
"""

import builtins
import struct
from collections.abc import Callable
from typing import Any

from codefavor.sandbox.inside.values import MAX_DEPTH, MAX_NODES, TooLarge, as_integer, as_set

_INT = struct.Struct("<i")
_FLOAT = struct.Struct("<d")
_COMPLEX = struct.Struct("<dd")
_DIGIT = (1 << 15) - 1
_DIGITS_OF_A_NODE = 4
_NODE_BYTES = 20
_END = object()
"""What ends a dict."""


def unpack(digits: str) -> Any:
    """Return the value that is packed in hexadecimal digits.

    Raises:
        ValueError: it is not a plain value.
        TooLarge: it has more than MAX_NODES parts or is nested deeper than MAX_DEPTH.
    """
    reader = _Reader(bytes.fromhex(digits))
    value = reader.value(0)
    if value is _END or not reader.is_at_end():
        raise ValueError("not a packed value")
    return value


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._nodes = 0

    def is_at_end(self) -> bool:
        return self._at == len(self._data)

    def value(self, depth: int) -> Any:
        self._weigh(1)
        if depth > MAX_DEPTH:
            raise TooLarge
        code = self._take(1)
        if code in _CONSTANTS:
            return _CONSTANTS[code]
        if code in _SCALARS:
            return _SCALARS[code](self)
        if code in _COLLECTIONS:
            return _COLLECTIONS[code]([self._part(depth) for _ in range(self.count())])
        if code == b"{":
            return self._dict(depth)
        raise ValueError("not a packed value")

    def _part(self, depth: int) -> Any:
        part = self.value(depth + 1)
        if part is _END:
            raise ValueError("not a packed value")
        return part

    def _dict(self, depth: int) -> dict[Any, Any]:
        entries = []
        while (key := self.value(depth + 1)) is not _END:
            entries.append((key, self._part(depth)))
        try:
            as_set([key for key, _ in entries])
            return dict(entries)
        except TypeError as error:
            raise ValueError(f"not a packed value: {error}") from None

    def count(self) -> int:
        number = self.number(_INT)
        if not 0 <= number <= len(self._data):
            raise ValueError("not a packed value")
        return int(number)

    def number(self, form: struct.Struct) -> Any:
        return form.unpack(self._take(form.size))[0]

    def integer(self) -> int:
        size = self.number(_INT)
        self._weigh(abs(size) // _DIGITS_OF_A_NODE)
        digits = struct.unpack(f"<{abs(size)}H", self._take(2 * abs(size)))
        bits = "".join(format(digit & _DIGIT, "015b") for digit in reversed(digits)) or "0"
        return as_integer(-int(bits, 2) if size < 0 else int(bits, 2))

    def complex(self) -> complex:
        return complex(*_COMPLEX.unpack(self._take(_COMPLEX.size)))

    def bytes(self) -> bytes:
        size = self.count()
        self._weigh(size // _NODE_BYTES)
        return self._take(size)

    def text(self) -> str:
        return self.bytes().decode("utf-8", "replace")

    def _weigh(self, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            raise TooLarge

    def _take(self, size: int) -> "builtins.bytes":
        part = self._data[self._at : self._at + size]
        if len(part) < size:
            raise ValueError("not a packed value")
        self._at += size
        return part


def _set(items: list[Any]) -> set[Any]:
    try:
        return as_set(items)
    except TypeError as error:
        raise ValueError(f"not a packed value: {error}") from None


_CONSTANTS: dict[bytes, Any] = {b"N": None, b"T": True, b"F": False, b"0": _END}
_SCALARS: dict[bytes, Callable[[_Reader], Any]] = {
    b"i": lambda reader: reader.number(_INT),
    b"l": _Reader.integer,
    b"g": lambda reader: reader.number(_FLOAT),
    b"y": _Reader.complex,
    b"s": _Reader.bytes,
    b"u": _Reader.text,
}
_COLLECTIONS: dict[bytes, Callable[[list[Any]], Any]] = {
    b"[": list,
    b"(": tuple,
    b"<": _set,
    b">": lambda items: frozenset(_set(items)),
}
