"""Values as data: what crosses the border between a candidate and the side that judges it.

`encode` runs beside the candidate and touches its objects only through the exact built-in types, so an object that
lies about itself crosses as an opaque name that equals nothing. `decode` runs on the trusted side and makes nothing but
plain built-in values and `Opaque`. No pickle, no repr that is evaluated.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_NODES = 50_000
MAX_DEPTH = 60
MAX_REPR = 200
MAX_DECIMAL_BITS = 14_000
"""The longest integer that Python writes in decimal has 4,300 digits."""
_NODE_BYTES = 20
_MAX_COLLISIONS = 1_000

Encoded = Any
"""JSON: null, true, false and text are themselves; everything else is [tag, content]."""


@dataclass(frozen=True)
class Opaque:
    """A value that cannot cross as data: only its type's name and the start of its text did."""

    type_name: str
    text: str

    def __eq__(self, other: object) -> bool:
        return False

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Kept:
    """A built-in container of a derived type (Counter, deque, a named tuple): the content, and the type's name."""

    type_name: str
    content: Any

    def __repr__(self) -> str:
        return f"{self.type_name}({self.content!r})"


class LongInteger(int):
    """An integer that Python refuses to write in decimal."""

    def __repr__(self) -> str:
        return hex(self)


class TooLarge(Exception):
    """The value has too many parts, or is nested too deeply (perhaps without end)."""


def encode(value: object) -> Encoded:
    """Return `value` as JSON data.

    Raises:
        TooLarge: it has more than MAX_NODES parts or is nested deeper than MAX_DEPTH.
    """
    return _Encoder().encode(value, 0)


class _Encoder:
    def __init__(self) -> None:
        self.nodes = 0

    def encode(self, value: Any, depth: int) -> Encoded:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise TooLarge
        kind = type(value)
        if value is None or kind is bool:
            return value
        plain = self._plain(value, kind, depth)
        return self._derived(value, kind, depth) if plain is None else plain

    def _weigh(self, size: int) -> None:
        self.nodes += size // _NODE_BYTES
        if self.nodes > MAX_NODES:
            raise TooLarge

    def _plain(self, value: Any, kind: type, depth: int) -> Encoded:
        if kind in (str, bytes, bytearray):
            self._weigh(len(value))
        if kind is str:
            return str.encode(value, "utf-8", "surrogatepass").decode("utf-8", "replace")
        if kind is int:
            self._weigh(int.bit_length(value) // 8)
            return ["int", hex(value)]
        if kind is float or kind is complex:
            return [kind.__name__, repr(value)]
        if kind is bytes or kind is bytearray:
            return [kind.__name__, value.hex()]
        if kind is range:
            return ["range", [hex(value.start), hex(value.stop), hex(value.step)]]
        if kind in (list, tuple, set, frozenset):
            return [kind.__name__, [self.encode(item, depth + 1) for item in value]]
        if kind is dict:
            return ["dict", [[self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in value.items()]]
        return None

    def _derived(self, value: Any, kind: type, depth: int) -> Encoded:
        for base in (int, float, str, bytes, list, tuple, dict, set, frozenset):
            if issubclass(kind, base):
                content = self.encode(_as_base(value, base), depth + 1)
                return content if base in (int, float, str) else ["kept", [kind.__name__, content]]
        module = str(type.__getattribute__(kind, "__module__"))
        if module == "collections" and kind.__name__ == "deque":
            return ["kept", ["deque", self.encode(list(value), depth + 1)]]
        if module.partition(".")[0] == "numpy" and hasattr(value, "tolist"):
            return ["kept", [kind.__name__, self.encode(value.tolist(), depth + 1)]]
        return ["opaque", [f"{module}.{kind.__name__}", _text(value)]]


def _as_base(value: Any, base: Any) -> Any:
    if base is int:
        return int.__add__(value, 0)
    if base is float:
        return float.__add__(value, 0.0)
    if base is str:
        return str.__str__(value) if type(str.__str__(value)) is str else "".join(str.__iter__(value))
    if base is dict:
        return dict(dict.items(value))
    return base(base.__iter__(value))


def _text(value: object) -> str:
    try:
        return repr(value)[:MAX_REPR]
    except Exception:  # noqa: BLE001 - a foreign __repr__ may raise anything
        return f"<{type(value).__name__}>"


def decode(data: Encoded) -> Any:
    """Return the plain value that `data` stands for.

    Raises:
        ValueError: it is not data that `encode` makes.
    """
    try:
        return _decode(data)
    except (TypeError, KeyError, AttributeError, IndexError, RecursionError, OverflowError) as error:
        raise ValueError(f"not an encoded value: {error}") from None


def _decode(data: Encoded) -> Any:
    if data is None or isinstance(data, (bool, str)):
        return data
    tag, content = data
    if tag not in _DECODERS:
        raise ValueError(f"not an encoded value: {str(tag)[:20]!r}")
    return _DECODERS[tag](content)


def as_integer(value: int) -> int:
    """Return `value` as a kind of integer that can be written as text."""
    return value if value.bit_length() <= MAX_DECIMAL_BITS else LongInteger(value)


def _hashable(value: Any) -> Any:
    try:
        hash(value)
    except TypeError:
        return Opaque(type(value).__name__, repr(value)[:MAX_REPR])
    return value


def as_set(items: list[Any]) -> set[Any]:
    """Return the set of `items`, which a candidate may have made to collide.

    Raises:
        ValueError: so many have one hash that the set would take long to make.
        TypeError: one has no hash.
    """
    if len(items) - len(set(map(hash, items))) > _MAX_COLLISIONS:
        raise ValueError("not an encoded value: too many members have the same hash")
    return set(items)


def _dict(entries: list[tuple[Any, Any]]) -> dict[Any, Any]:
    as_set([key for key, _ in entries])
    return dict(entries)


_DECODERS: dict[str, Callable[[Any], Any]] = {
    "int": lambda text: as_integer(int(text, 16)),
    "float": float,
    "complex": complex,
    "bytes": bytes.fromhex,
    "bytearray": bytearray.fromhex,
    "range": lambda bounds: range(*(int(bound, 16) for bound in bounds)),
    "list": lambda items: [_decode(item) for item in items],
    "tuple": lambda items: tuple(_decode(item) for item in items),
    "set": lambda items: as_set([_hashable(_decode(item)) for item in items]),
    "frozenset": lambda items: frozenset(as_set([_hashable(_decode(item)) for item in items])),
    "dict": lambda entries: _dict([(_hashable(_decode(key)), _decode(value)) for key, value in entries]),
    "kept": lambda parts: Kept(str(parts[0]), _decode(parts[1])),
    "opaque": lambda parts: Opaque(str(parts[0]), str(parts[1])[:MAX_REPR]),
}


def is_plain(value: object) -> bool:
    """Return whether `repr` of a decoded value is source that makes it again."""
    if isinstance(value, dict):
        return all(is_plain(key) and is_plain(item) for key, item in value.items())
    if isinstance(value, (list, tuple, set, frozenset)):
        return all(map(is_plain, value))
    return not isinstance(value, (Opaque, Kept))


def canonical(data: Encoded) -> str:
    """Return a text that is equal for equal values: members of sets and keys of dicts in one order."""
    return json.dumps(_sorted(data))


def _sorted(data: Encoded) -> Encoded:
    if not isinstance(data, list):
        return data
    tag, content = data
    if tag in ("list", "tuple"):
        return [tag, [_sorted(item) for item in content]]
    if tag in ("set", "frozenset"):
        return [tag, sorted((_sorted(item) for item in content), key=json.dumps)]
    if tag == "dict":
        return [tag, sorted(([_sorted(k), _sorted(v)] for k, v in content), key=json.dumps)]
    if tag == "kept":
        return [tag, [content[0], _sorted(content[1])]]
    return data
