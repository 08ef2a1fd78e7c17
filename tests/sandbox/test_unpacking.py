"""What a candidate packed is read as it is, and nothing else that it writes is believed or takes long."""

import marshal
from typing import Any

import pytest

from codefavor.sandbox.inside.packing import pack
from codefavor.sandbox.inside.values import MAX_DEPTH, MAX_NODES, TooLarge
from codefavor.sandbox.unpacking import unpack


@pytest.mark.parametrize("value", [0, 1, -1, 2**30, -(2**31), 2**31, 2**62, -(2**200), 10**4000, float("inf"), 1j, "é"])
def test_numbers_and_texts_of_every_form_come_out_as_they_went_in(value: Any) -> None:
    packed = pack(value)
    assert packed is not None
    assert unpack(packed) == value


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[",
        b"i\x00",
        b"N" * 2,
        b"0",
        b"[\xff\xff\xff\x7fN",
        b"[\xff\xff\xff\xffN",
        b"{N0",
        b"{[\x00\x00\x00\x00N0",
        b"<\x01\x00\x00\x00[\x00\x00\x00\x00",
        b"c" + bytes(40),
        b"R\x00\x00\x00\x00",
    ],
)
def test_what_is_no_plain_value_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a packed value"):
        unpack(data.hex())


def test_values_that_take_long_are_refused() -> None:
    deep = marshal.dumps(None)
    for _ in range(MAX_DEPTH + 2):
        deep = b"[\x01\x00\x00\x00" + deep
    many = marshal.dumps([0] * (MAX_NODES + 1), 2)
    long = b"l" + (10**6).to_bytes(4, "little") + bytes(2 * 10**6)
    for data in (deep, many, long):
        with pytest.raises(TooLarge):
            unpack(data.hex())
    with pytest.raises(ValueError, match="same hash"):
        unpack(marshal.dumps({k * (2**61 - 1) for k in range(1, 3_000)}, 2).hex())
