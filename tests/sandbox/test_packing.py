"""Plain values cross packed as they are, and nothing that a candidate writes breaks the reader."""

import marshal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.sandbox.inside.packing import FORMAT, pack
from codefavor.sandbox.inside.values import MAX_DEPTH, MAX_NODES, TooLarge
from codefavor.sandbox.unpacking import unpack

HASHABLE: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(1 << 200), 1 << 200)
    | st.floats(allow_nan=False)
    | st.complex_numbers(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=4),
    max_leaves=6,
)
PLAIN: st.SearchStrategy[Any] = st.recursive(
    HASHABLE | st.sets(HASHABLE, max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(HASHABLE, inner, max_size=4),
    max_leaves=12,
)


def typed(value: Any) -> str:
    """Return `value` as text that tells 1 from True and 1.0, and -0.0 from 0.0, whatever the order of a set."""
    if isinstance(value, (set, frozenset)):
        return f"{type(value).__name__}({sorted(map(typed, value))})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{typed(key)}: {typed(item)}' for key, item in value.items())}}}"
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__}({[typed(item) for item in value]})"
    return repr(value)


@given(PLAIN)
def test_plain_values_come_out_as_they_went_in(value: Any) -> None:
    packed = pack(value)
    assert packed is not None
    assert typed(unpack(packed)) == typed(value)


class Seven(int):
    pass


@pytest.mark.parametrize(
    "value", [Seven(7), [Seven(7)], {"a": {Seven(7)}}, {Seven(7): 1}, object(), range(3), Ellipsis]
)
def test_what_is_not_plain_is_not_packed(value: object) -> None:
    assert pack(value) is None


def nested(depth: int) -> object:
    value: object = None
    for _ in range(depth):
        value = [value]
    return value


def test_what_is_too_large_is_neither_packed_nor_unpacked() -> None:
    endless: list[object] = []
    endless.append(endless)
    for value in (endless, [0] * (MAX_NODES + 1), nested(MAX_DEPTH + 2), b"x" * (1 << 21)):
        with pytest.raises(TooLarge):
            pack(value)
    large: list[Any] = [[0] * (MAX_NODES + 1), nested(MAX_DEPTH + 2), "x" * (1 << 21)]
    for value in large:
        with pytest.raises(TooLarge):
            unpack(marshal.dumps(value, FORMAT).hex())
    assert unpack(pack(nested(MAX_DEPTH)) or "") == nested(MAX_DEPTH)


@given(st.binary(max_size=60) | PLAIN.flatmap(lambda value: _spoilt(marshal.dumps(value, FORMAT))))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        value = unpack(data.hex())
    except (ValueError, TooLarge):
        return
    repr(value)


def _spoilt(data: bytes) -> st.SearchStrategy[bytes]:
    places = st.integers(0, len(data) - 1)
    return st.tuples(places, st.binary(max_size=5)).map(
        lambda cut: data[: cut[0]] + cut[1] + data[cut[0] + len(cut[1]) :]
    )


@pytest.mark.parametrize(
    "digits", ["", "0", "zz", "4e4e", "30", "7b4e30", marshal.dumps(compile("1", "", "eval"), FORMAT).hex()]
)
def test_what_is_no_packed_value_is_refused(digits: str) -> None:
    with pytest.raises(ValueError):
        unpack(digits)


def test_members_made_to_collide_are_refused() -> None:
    modulus = (1 << 61) - 1
    with pytest.raises(ValueError, match="the same hash"):
        unpack(marshal.dumps({n * modulus for n in range(1500)}, FORMAT).hex())
