"""JavaScript literals are read and written without being evaluated, and compared as assertions would."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.evidence.javascript.literals import UNDEFINED, evaluate, literal_at
from codefavor.evidence.javascript.values import is_plain, same, write
from codefavor.sandbox.inside.values import Kept, Opaque

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=True) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS.filter(lambda key: key != "__proto__"), inner),
)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1", 1),
        ("-2.5e3", -2500),
        ("+.5", 0.5),
        ("0x1F", 31),
        ("0b11", 3),
        ("0o17", 15),
        ("1_000", 1000),
        ("10n", 10),
        ("1e21", 1e21),
        ("-Infinity", float("-inf")),
        ("null", None),
        ("[true, false,]", [True, False]),
        ("'it\\'s\\n\\u0041\\x42\\u{43}'", "it's\nABC"),
        ("`plain`", "plain"),
        ("{ a: 1, 'b c': [], \"d\": {}, 3: null }", {"a": 1, "b c": [], "d": {}, "3": None}),
        ("[\n  1, // one\n  /* two */ 2,\n]", [1, 2]),
        ("new Map([[1, 'a'], ['b', 2]])", Kept("Map", [[1, "a"], ["b", 2]])),
        ("Map(1) { 'a' => [1] }", Kept("Map", [["a", [1]]])),
        ("new Set([1, 2])", {1, 2}),
        ("Set(2) { 'a', 1 }", {"a", 1}),
        ("new Set([[1]])", Kept("Set", [[1]])),
        ("new Set()", set()),
        ("(3)", 3),
    ],
)
def test_literals_are_read(source: str, value: object) -> None:
    assert evaluate(source) == value
    assert type(evaluate(source)) is type(value)
    assert literal_at(f"x {source} y", 2) == (source, 2 + len(source))


@pytest.mark.parametrize(
    "source",
    [
        *("", "f(1)", "a", "1 + 2", "{a}", "[...a]", "`${x}`", "12px", "[", "{a:", "'abc", "- 'a'", "[1 2]", "{1 2}"),
        *("new Map([1])", "new Date()", "[" * 200 + "]" * 200, "process.exit()", "{get a() {}}", "{['a']: 1}"),
    ],
)
def test_what_is_no_literal_is_refused(source: str) -> None:
    with pytest.raises(ValueError):
        evaluate(source)


def test_undefined_and_empty_places_are_undefined() -> None:
    assert same(evaluate("[undefined, , 1]"), [UNDEFINED, UNDEFINED, 1])


@pytest.mark.parametrize(("text", "literal"), [("3.", "3"), ("3, then", "3"), ("[1]`.", "[1]"), ("true)", "true")])
def test_a_literal_ends_where_prose_goes_on(text: str, literal: str) -> None:
    assert literal_at(text, 0) == (literal, len(literal))


@given(VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert is_plain(value)
    assert same(value, evaluate(write(value)))


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        evaluate(text)
    except ValueError:
        assert True
    literal_at(text, 0)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, 1.0, True),
        (0.3, 0.1 + 0.2, True),
        (1, 1.001, False),
        (0, -0.0, True),
        (float("nan"), float("nan"), True),
        (1, True, False),
        (0, False, False),
        (1, "1", False),
        (None, UNDEFINED, False),
        (UNDEFINED, Opaque("undefined", ""), True),
        (Opaque("function", "f"), Opaque("function", "f"), False),
        ({"a": 1, "b": [1.0]}, {"b": [1], "a": 1}, True),
        ({"a": 1}, {"a": 1, "b": UNDEFINED}, False),
        ([1, 2], [2, 1], False),
        ({1, 2}, {2.0, 1}, True),
        ([1], {1}, False),
        (Kept("Map", [[1, 2], [3, 4]]), Kept("Map", [[3, 4], [1, 2]]), True),
        (Kept("Map", [[1, 2]]), [[1, 2]], False),
        (Kept("Set", [[1], [2]]), Kept("Set", [[2], [1]]), True),
        ({"x": 1}, Kept("Point", {"x": 1}), True),
        (Kept("A", {"x": 1}), Kept("B", {"x": 1}), False),
        (10**400, 1e300, False),
    ],
)
def test_values_are_equal_as_assertions_see_it(one: Any, other: Any, equal: bool) -> None:
    assert same(one, other) is equal
    assert same(other, one) is equal
