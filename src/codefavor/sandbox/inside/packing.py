"""Plain values as `marshal` writes them, which costs a guest next to nothing: those of calls whose work is compared.

What a harness does around a call is work that a dishonest candidate can save, so there must be little of it. `pack`
runs beside the candidate; what it wrote is read by `codefavor.sandbox.unpacking`, never by `marshal`, which trusts
what it reads.
"""

import marshal
from collections.abc import Iterable
from typing import Any

from codefavor.sandbox.inside.values import MAX_DEPTH, TooLarge

FORMAT = 2
"""The version of marshal's format: the last one in which equal values are written alike, shared or not."""
MAX_PACKED = 1 << 20
"""Bytes that a packed value may have."""
_ATOMS = frozenset({type(None), bool, int, float, complex, str, bytes})
_PLAIN = _ATOMS | {list, tuple, set, frozenset, dict}


def pack(value: Any) -> str | None:
    """Return `value` packed and in hexadecimal digits; None where a part of it is of no plain built-in type.

    Raises:
        TooLarge: it is nested deeper than MAX_DEPTH or takes more than MAX_PACKED bytes.
    """
    if not _is_plain((value,), 0):
        return None
    packed = marshal.dumps(value, FORMAT)
    if len(packed) > MAX_PACKED:
        raise TooLarge
    return packed.hex()


def _is_plain(values: Iterable[Any], depth: int) -> bool:
    if depth > MAX_DEPTH + 1:
        raise TooLarge
    kinds = set(map(type, values))
    if kinds <= _ATOMS:
        return True
    return kinds <= _PLAIN and all(_has_plain_parts(value, depth + 1) for value in values)


def _has_plain_parts(value: Any, depth: int) -> bool:
    kind = type(value)
    if kind is dict:
        return _is_plain(value.keys(), depth) and _is_plain(value.values(), depth)
    return kind in _ATOMS or _is_plain(value, depth)


def pack_arguments(arguments: tuple[Any, ...]) -> bytes:
    """Return plain arguments packed, for a guest to load."""
    return marshal.dumps(arguments, FORMAT)


def load_arguments(packed: bytes) -> list[Any]:
    """Return the arguments that `pack_arguments` packed; it trusts them."""
    return list(marshal.loads(packed))
