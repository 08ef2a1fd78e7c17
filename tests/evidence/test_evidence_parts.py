import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.evidence.candidate import ParsedCandidate
from codefavor.evidence.example import Example
from codefavor.evidence.expected import passes, same, shorten
from codefavor.evidence.inputs import InputMaker
from codefavor.evidence.literals import balanced_end, literal_at
from codefavor.evidence.prelude import prelude_of, runnable
from codefavor.evidence.relations import find_relations
from codefavor.evidence.scaling import grow, size_of, ways_to_grow
from codefavor.evidence.static_checks import find_problems
from codefavor.sandbox.inside.values import Kept, Opaque
from codefavor.sandbox.job import CallOutcome, Raised


@pytest.mark.parametrize(
    ("expected", "got", "equal"),
    [
        (0.3, 0.1 + 0.2, True),
        (6.0, 6, True),
        (0.33, 1 / 3, False),
        ([0.1, [2]], [0.1 + 1e-12, [2]], True),
        ([1, 2], (1, 2), False),
        ({1, 2}, {2, 1}, True),
        ({"a": 0.3}, {"a": 0.1 + 0.2}, True),
        (1, "1", False),
        (0.0, "", False),
        (float("inf"), float("inf"), True),
        ({"a": 1}, Kept("Counter", {"a": 1}), True),
        (1, Opaque("Yes", "1"), False),
        (10**400, 1.5, False),
    ],
)
def test_values_are_compared_as_python_would_with_tolerance(expected: Any, got: Any, equal: bool) -> None:
    assert same(expected, got) is equal


def test_exceptions_and_prints_are_compared() -> None:
    raised = CallOutcome("raised", raised=Raised("KeyError", ("KeyError", "LookupError", "Exception"), "'a'", 1))
    assert passes(Example("f()", "raises", "LookupError"), raised, None)
    assert not passes(Example("f()", "raises", "ValueError"), raised, None)
    assert not passes(Example("f()", "raises", "ValueError"), CallOutcome("returned"), None)
    assert passes(Example("f()", "prints", "a b"), CallOutcome("returned", stdout="a b\n"), None)
    assert passes(Example("f()", "equals", "1"), CallOutcome("not run"), 1) is None


def test_long_values_are_shown_on_one_line() -> None:
    assert len(shorten("x\n" * 1000)) < 400


@given(st.text(max_size=30), st.text(alphabet="()[]{}'\"\\ab,", max_size=20))
def test_brackets_and_literals_in_any_text(before: str, text: str) -> None:
    end = balanced_end(before + text, len(before))
    assert end is None or len(before) < end <= len(before + text)
    literal_at(before + text, len(before))


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("def f(x):\n    return x +", "cut short"),
        ("def g(x): return x", "no function f"),
        ("def f(x): return y", "undefined name 'y' in line 1"),
        ("import not_there\ndef f(x): return x", "imports not_there"),
        ("def f(x):\n    '''Text.'''", "no body"),
        ("def f(x): print(x)", "prints its result"),
        ("return 1", "is not Python 3"),
    ],
)
def test_problems_are_found_without_running(code: str, problem: str) -> None:
    if code == "return 1":
        assert find_problems(ParsedCandidate(code), None) == ("'return' outside function in line 1.",)
    else:
        assert problem in " ".join(find_problems(ParsedCandidate(code), "f"))


def test_names_that_the_instruction_gives_are_no_problem() -> None:
    instruction = "import math\n\ndef area(r):\n    return math.pi * r * r\n\ndef f(r):\n    '''Double area.'''\n"
    code = "def f(r):\n    return 2 * area(r)"
    assert find_problems(ParsedCandidate(code), "f", prelude_of(instruction)) == ()
    assert "def area" in runnable(instruction, code) and runnable("Prose.", code) == code


SEEDS = [[[1, 2, 3], 3, "abc"], [[5, 7], 2, "hello there"]]


def test_inputs_keep_types_and_relations_and_are_the_same_for_one_seed() -> None:
    made = InputMaker(SEEDS, random.Random(0)).like(30)
    assert made == InputMaker(SEEDS, random.Random(0)).like(30)
    assert len(made) > 20
    for items, length, text in made:
        assert length == len(items) > 0
        assert isinstance(text, str) and all(isinstance(item, int) and item > 0 for item in items)


def test_edges_are_empty_single_and_zero() -> None:
    edges = InputMaker([[[1, 2], 4]], random.Random(0)).edges()
    assert [[], 4] in edges and [[1], 4] in edges and [[1, 2], 0] in edges


def test_members_stay_members() -> None:
    arguments: list[Any] = [9, [1, 2]]
    for relation in find_relations([[3, [3, 4, 5, 6]], [7, [8, 7]]]):
        relation(arguments, random.Random(0))
    assert arguments[0] in [1, 2]


@pytest.mark.parametrize(
    ("seed", "kept"),
    [
        ([[1, 3, 5, 8]], lambda x: x == sorted(set(x))),
        ([[8, 5, 1]], lambda x: x == sorted(x, reverse=True)),
        (["abcba"], lambda x: x == x[::-1]),
        (["one two three"], lambda x: set(x.split()) <= {"one", "two", "three"}),
        (["(())"], lambda x: x.count("(") == x.count(")")),
        ([[[1, 2], [3, 4]]], lambda x: {len(row) for row in x} == {len(x)}),
        ([[("a", 1), ("b", 2)]], lambda x: all(isinstance(r, tuple) and len(r) == 2 for r in x)),
        ([7], lambda x: all(x % d for d in range(2, x))),
        ([{"a": 1}], lambda x: all(isinstance(key, str) for key in x)),
    ],
)
def test_growing_inputs_keep_the_shape(seed: list[Any], kept: Any) -> None:
    way = ways_to_grow(seed)[0]
    grown = grow([seed], seed, way, 64, random.Random(0))
    assert size_of(grown) >= 16 * size_of(seed) or isinstance(seed[0], int)
    assert size_of(grown) > size_of(seed)
    assert kept(grown[0])
