import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from codefavor.record import Record, content_digest, explain


class Point(Record):
    x: int
    """Across."""
    y: int = 0
    """Up."""


def test_a_record_is_frozen_and_closed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(Point(x=1), "x", 2)  # noqa: B010 (what the type checker would refuse)
    with pytest.raises(ValidationError, match="Extra inputs"):
        Point.model_validate({"x": 1, "z": 2})


def test_fields_carry_their_sentence() -> None:
    assert Point.model_fields["x"].description == "Across."


@given(st.integers(), st.integers())
def test_a_digest_depends_on_content_alone(x: int, y: int) -> None:
    assert Point(x=x, y=y).digest() == Point(y=y, x=x).digest()
    assert Point(x=x, y=y).digest() != Point(x=x + 1, y=y).digest()
    assert (Point(x=x, y=y).digest() == Point(x=y, y=x).digest()) == (x == y)


def test_a_digest_is_the_same_in_every_process_and_order() -> None:
    assert content_digest({"b": 1, "a": ["é"]}) == content_digest({"a": ["é"], "b": 1}) == "cce0fd73c7d678b8"


def test_an_error_is_explained_in_one_sentence() -> None:
    with pytest.raises(ValidationError) as caught:
        Point.model_validate({"x": "a", "y": "b", "z": 1})
    assert explain(caught.value).startswith("x: Input should be a valid integer")
    assert explain(caught.value).endswith("(and 2 more)")
