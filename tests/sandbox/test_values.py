from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.sandbox.inside.values import Opaque, TooLarge, canonical, decode, encode

ATOMS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec="utf-8"))
    | st.binary()
)
VALUES = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner) | st.sets(ATOMS),
    max_leaves=20,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(VALUES)
def test_values_come_back(value: Any) -> None:
    back = decode(encode(value))
    assert back == value
    assert type(back) is type(value)


@given(JSON | st.tuples(st.sampled_from(["int", "list", "dict", "set", "kept", "range", "opaque"]), JSON))
def test_anything_else_is_refused_by_name(data: Any) -> None:
    try:
        decode(data)
    except ValueError as error:
        assert str(error)


@given(st.lists(st.integers()))
def test_the_order_of_sets_and_dicts_does_not_matter(items: list[int]) -> None:
    mapping = dict.fromkeys(items, [1])
    backwards = dict.fromkeys(reversed(items), [1])
    assert canonical(encode(mapping)) == canonical(encode(backwards))
    assert canonical(encode([1, 2])) != canonical(encode([2, 1]))


def test_foreign_objects_are_opaque_and_equal_nothing() -> None:
    class Yes:
        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 1

    value = decode(encode(Yes()))
    assert isinstance(value, Opaque)
    assert value != value


@pytest.mark.parametrize(
    "value", [list(range(60_000)), "x" * 2_000_000, 1 << 10_000_000], ids=["list", "text", "integer"]
)
def test_what_is_too_large_is_not_sent(value: Any) -> None:
    with pytest.raises(TooLarge):
        encode(value)


def test_endless_nesting_is_not_sent() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(TooLarge):
        encode(endless)


def test_an_integer_too_long_for_decimal_can_be_shown() -> None:
    value = decode(encode([10**5000]))
    assert value == [10**5000] and repr(value) == f"[{hex(10**5000)}]" and str(value[0]) == hex(10**5000)
