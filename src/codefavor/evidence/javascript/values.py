"""Decoded JavaScript values: how they are written as source, and when two are equal.

Equality is that of `assert.deepStrictEqual`, apart from numbers within a tolerance, `0` and `-0`, which are equal, and
objects of classes, which equal plain objects with the same properties.
"""

import json
import math
from typing import Any

from codefavor.evidence.javascript.literals import UNDEFINED
from codefavor.sandbox.inside.values import Kept, Opaque

TOLERANCE = 1e-9


def is_undefined(value: object) -> bool:
    """Return whether a decoded value is `undefined`."""
    return isinstance(value, Opaque) and value.type_name == UNDEFINED.type_name


def same(expected: Any, got: Any) -> bool:
    """Return whether two decoded values are equal."""
    if is_undefined(expected) or is_undefined(got):
        return is_undefined(expected) and is_undefined(got)
    if isinstance(expected, Opaque) or isinstance(got, Opaque):
        return False
    if isinstance(expected, Kept) or isinstance(got, Kept):
        return _same_kept(expected, got)
    if isinstance(expected, bool | None) or isinstance(got, bool | None):
        return expected is got
    if isinstance(expected, int | float) and isinstance(got, int | float):
        return _same_number(expected, got)
    return type(expected) is type(got) and _same_parts(expected, got)


def _same_parts(expected: Any, got: Any) -> bool:
    if isinstance(expected, list):
        return len(expected) == len(got) and all(map(same, expected, got))
    if isinstance(expected, dict):
        return expected.keys() == got.keys() and all(same(value, got[key]) for key, value in expected.items())
    if isinstance(expected, set | frozenset):
        return _same_unordered(list(expected), list(got))
    return bool(expected == got)


def _same_number(expected: int | float, got: int | float) -> bool:
    if expected == got:
        return True
    try:
        return math.isclose(expected, got, rel_tol=TOLERANCE, abs_tol=TOLERANCE) or (
            math.isnan(expected) and math.isnan(got)
        )
    except OverflowError:
        return False


def _same_kept(expected: Any, got: Any) -> bool:
    if isinstance(expected, Kept) and isinstance(got, Kept):
        if expected.type_name != got.type_name:
            return False
        if expected.type_name in ("Map", "Set"):
            return _same_unordered(expected.content, got.content)
    if any(
        isinstance(value, Kept) and value.type_name in ("Map", "Set", "Date", "RegExp") for value in (expected, got)
    ):
        return isinstance(expected, Kept) and isinstance(got, Kept) and same(expected.content, got.content)
    one, other = (value.content if isinstance(value, Kept) else value for value in (expected, got))
    return same(one, other)


def _same_unordered(expected: Any, got: Any) -> bool:
    """Return whether two lists hold the same members, each once, in any order."""
    if not isinstance(expected, list) or not isinstance(got, list) or len(expected) != len(got):
        return False
    left = list(got)
    for one in expected:
        place = next((at for at, other in enumerate(left) if same(one, other)), None)
        if place is None:
            return False
        del left[place]
    return True


def is_plain(value: object) -> bool:
    """Return whether `write` gives source that makes a decoded value again."""
    if isinstance(value, Kept):
        return value.type_name in ("Map", "Set") and is_plain(value.content)
    if isinstance(value, Opaque):
        return is_undefined(value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(item) for key, item in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return all(map(is_plain, value))
    return value is None or isinstance(value, bool | int | float | str)


def write(value: Any) -> str:
    """Return a decoded value as source, as JSON where that can hold it; what is not plain as it would be shown.

    A long whole number is written as a number.
    """
    if isinstance(value, bool | None):
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(write, value))}]"
    if isinstance(value, set | frozenset):
        return f"new Set([{', '.join(sorted(map(write, value)))}])"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_key(key)}: {write(item)}' for key, item in value.items())}}}"
    if isinstance(value, Kept):
        return f"new {value.type_name}({write(value.content)})"
    return repr(value)


def _float(value: float) -> str:
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return "NaN" if value != value else repr(value)


def _key(key: Any) -> str:
    text = key if isinstance(key, str) else write(key)
    if text == "__proto__":
        return '["__proto__"]'
    return json.dumps(text)
