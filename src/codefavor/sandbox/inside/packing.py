"""Plain values as `marshal` writes them, which costs a guest next to nothing: those of calls whose work is compared.

What a harness does around a call is work that a dishonest candidate can save, so there must be little of it. `pack`
runs beside the candidate; what it wrote is read by `codefavor.sandbox.unpacking`, never by `marshal`, which trusts
what it reads.
"""

import marshal
from collections.abc import Collection
from typing import Any

from codefavor.sandbox.inside.values import MAX_DEPTH, MAX_NODES, TooLarge

FORMAT = 2
"""The version of marshal's format: the last one in which equal values are written alike, shared or not."""
MAX_PACKED = 1 << 20
"""Bytes that a packed value may have."""
_ATOMS = frozenset({type(None), bool, int, float, complex, str, bytes})
_PLAIN = _ATOMS | {list, tuple, set, frozenset, dict}


def pack(value: Any) -> str | None:
    """Return `value` packed and in hexadecimal digits; None where a part of it is of no plain built-in type.

    Raises:
        TooLarge: it has more than MAX_NODES parts or MAX_PACKED bytes, or is nested deeper than MAX_DEPTH.
    """
    if not _Plainness().holds((value,), 0):
        return None
    packed = marshal.dumps(value, FORMAT)
    if len(packed) > MAX_PACKED:
        raise TooLarge
    return packed.hex()


class _Plainness:
    def __init__(self) -> None:
        self._room = MAX_NODES

    def holds(self, values: Collection[Any], depth: int) -> bool:
        """Return whether all values are plain, with all of their parts."""
        self._room -= len(values)
        if self._room < 0 or depth > MAX_DEPTH + 1:
            raise TooLarge
        kinds = set(map(type, values))
        return kinds <= _ATOMS or (kinds <= _PLAIN and all(self._holds_in(value, depth + 1) for value in values))

    def _holds_in(self, value: Any, depth: int) -> bool:
        kind = type(value)
        if kind is dict:
            return self.holds(value.keys(), depth) and self.holds(value.values(), depth)
        return kind in _ATOMS or self.holds(value, depth)
