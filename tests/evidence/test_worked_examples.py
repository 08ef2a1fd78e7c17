from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.evidence.candidate import ParsedCandidate
from codefavor.evidence.entry_point import EntryPoint, find_entry_point
from codefavor.evidence.worked_examples import find_examples

ONE = EntryPoint("area", ("side",), 1, (None,))
TWO = EntryPoint("merge", ("left", "right"), 2, (None, None))


def entry_point(instruction: str, code_a: str, code_b: str) -> EntryPoint | None:
    return find_entry_point(instruction, ParsedCandidate(code_a), ParsedCandidate(code_b))


def found(text: str, entry: EntryPoint = ONE) -> list[tuple[str, str, str]]:
    return [(example.call, example.kind, example.expected) for example in find_examples(text, entry)]


@pytest.mark.parametrize(
    "text",
    [
        ">>> area(3)\n9",
        "Text.\n    >>> area(3)\n    9\n\nmore text",
        ">>> area(3) == 9",
        ">>> area(3) == 9\nTrue",
        "assert area(3) == 9",
        "Your code should satisfy: `assert area(3) == 9`",
        "assert 9 == area(3)",
        "assert area(3) == 9, 'three squared'",
        "area(3) => 9",
        "area(3) ==> 9",
        "area(3) -> 9.",
        "area(3) ➞ 9",
        "* area(3) == 9",
        "For example, area(3) = 9 since 3*3 is 9",
        "`area(3)` returns `9`",
        "area(3) should return 9",
        "area(3)   # returns 9",
        "area(3) # => 9",
        "calling area( 3 ) gives 9, as it must",
        "area(3) ->3 * 3 + 1 - 1 = 9",
        "area(3) should return (10 - 1) = 9",
        "Input: 3\nOutput: 2 * 3 + 3 = 9",
        "For side = 3 the output should be 9",
        "For 3 the function should return 9.",
        "Given 3, return 9",
        "Input: 3\nOutput: 9",
        "Input: side = 3\nOutput: 9\nExplanation: 3 * 3 = 9",
        "**Input:** `3`  **Output:** `9`",
        "| side | result |\n|---|---|\n| 3 | 9 |",
        "```python\n>>> area(3)\n9\n```",
    ],
)
def test_every_form_is_read(text: str) -> None:
    calls = [(call, expected) for call, kind, expected in found(text) if kind in ("equals", "prints")]
    if not calls:
        assert found(text) == [("area(3)", "holds", "_ == 9")]
    else:
        assert [call.replace(" == 9", "") for call, _ in calls] == ["area(3)"]
        assert calls[0][1] in ("9", "True")


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("assert merge([1,\n  2], [3]) == [\n 1, 2,\n 3]", ("merge([1, 2], [3])", "equals", "[1, 2, 3]")),
        ("merge([1], [')'])\n=> [1, ')']", ("merge([1], [')'])", "equals", "[1, ')']")),
        ("left = [1], right = [2], the result should be [1, 2]", ("merge([1], [2])", "equals", "[1, 2]")),
        ("assert set(merge([1], [2])) == {1, 2}", ("merge([1], [2])", "holds", "set(_) == {1, 2}")),
        ("assert abs(merge(1, 2) - 0.5) < 1e-6", ("merge(1, 2)", "holds", "abs(_ - 0.5) < 1e-06")),
        ("assert merge(1, 2)", ("merge(1, 2)", "holds", "bool(_)")),
        ("assert not merge(1, 2)", ("merge(1, 2)", "holds", "not _")),
        ("assert merge(1, 2) == merge(2, 1)", ("[merge(1, 2), merge(2, 1)]", "holds", "_[0] == _[1]")),
        (">>> x = [1]\n>>> merge(x, x)\n[1, 1]", ("x = [1]\nmerge(x, x)", "equals", "[1, 1]")),
        (
            ">>> merge(1, 2)\nTraceback (most recent call last):\n  ...\nTypeError: no",
            ("merge(1, 2)", "raises", "TypeError"),
        ),
        ("merge(1, 2) raises a ValueError", ("merge(1, 2)", "raises", "ValueError")),
        (">>> print(merge('a', 'b'))\na b", ("print(merge('a', 'b'))", "prints", "a b")),
        (">>> merge([], [])\n\n>>> merge(1, 2)\n3", ("merge([], [])", "equals", "None")),
        (">>> merge([1], [2]) [1, 2]", ("merge([1], [2])", "equals", "[1, 2]")),
        ("merge('a', 'b') should return true", ("merge('a', 'b')", "equals", "True")),
    ],
)
def test_special_forms(text: str, example: tuple[str, str, str]) -> None:
    assert found(text, TWO)[0] == example


def test_a_definition_and_a_mere_mention_are_no_examples() -> None:
    assert found("def area(side):\n    ...\nCall area(side) with care. area(n) = n * n; see area(3).") == []


def test_each_call_is_taken_once() -> None:
    assert len(found(">>> area(3)\n9\narea(3) => 9\nassert area(3) == 9")) == 1


@given(
    st.text()
    | st.lists(st.sampled_from("area(3) >>> assert == [ ] ( ) ' \" \n Input: Output: 9 | => .".split(" "))).map(
        " ".join
    )
)
def test_no_text_breaks_the_reader(text: str) -> None:
    find_examples(text, ONE)


VALUES = st.recursive(
    st.integers()
    | st.booleans()
    | st.none()
    | st.text(st.characters(codec="ascii", exclude_characters="`"), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.integers(), inner, max_size=2)
    ),
    max_leaves=6,
)


@given(VALUES, VALUES, st.sampled_from(["{0} => {1}", ">>> {0}\n{1}", "assert {0} == {1}", "{0} should return {1}"]))
def test_what_is_written_is_read(argument: Any, expected: Any, form: str) -> None:
    [(call, kind, read)] = found(form.format(f"area({argument!r})", repr(expected)))
    assert (eval(call, {"area": lambda side: side}), kind) == (argument, "equals")
    assert eval(read) == expected


def test_the_entry_is_the_stub_then_the_mentioned_then_the_shared_function() -> None:
    code = "def helper(x): return x\ndef area(side, unit=1): return helper(side)"
    stub = entry_point("def helper(x):\n    pass\ndef area(side):\n    '''Area.'''", code, code)
    assert stub is not None and (stub.name, stub.parameters, stub.required) == ("area", ("side", "unit"), 1)
    mentioned = entry_point("assert helper(2) == 2", code, code)
    assert mentioned is not None and mentioned.name == "helper"
    last = entry_point("Write a function.", code, code)
    assert last is not None and last.name == "area"
    assert entry_point("Write a function.", "def f(): pass", "def g(): pass") is None


def test_an_inverse_that_is_given_makes_examples() -> None:
    inverse = "def encode_row(text: str):\n    return text[::-1]\n\n"
    task = 'def decode_row(text: str):\n    """Undo encode_row."""\n'
    entry = entry_point(inverse + task, task + "    return text", task)
    assert entry is not None
    assert found(inverse + task, entry)[0] == ("decode_row(encode_row('hello'))", "equals", "'hello'")
    assert found(inverse.replace("encode", "count") + task, entry) == []
    assert found(inverse.replace("text[::-1]", "n").replace("    return n", "    pass") + task, entry) == []
