import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.evidence.candidate import ParsedCandidate
from codefavor.evidence.example import WorkedExample
from codefavor.evidence.expected import passes, same
from codefavor.evidence.inputs import InputMaker
from codefavor.evidence.literals import balanced_end, literal_at
from codefavor.evidence.observed import shorten
from codefavor.evidence.prelude import prelude_of, runnable
from codefavor.evidence.python_dialect import PYTHON
from codefavor.evidence.relations import find_relations
from codefavor.evidence.scaling import grow, size_of, ways_to_grow
from codefavor.evidence.static_checks import check_statically
from codefavor.evidence.words import circumstance_words, fact_words, incident_words, observed_words
from codefavor.pairs.circumstance import Circumstance, CircumstanceCode
from codefavor.pairs.evidence import Incident, IncidentCode, Observed, OutcomeCode
from codefavor.pairs.fact import Fact, FactCode
from codefavor.sandbox.inside.values import Kept, Opaque
from codefavor.sandbox.job import CallOutcome
from codefavor.sandbox.wire import Raised


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
    assert passes(WorkedExample("f()", "raises", "LookupError"), raised, None, PYTHON)
    assert not passes(WorkedExample("f()", "raises", "ValueError"), raised, None, PYTHON)
    assert not passes(WorkedExample("f()", "raises", "ValueError"), CallOutcome("returned"), None, PYTHON)
    assert passes(WorkedExample("f()", "prints", "a b"), CallOutcome("returned", stdout="a b\n"), None, PYTHON)
    assert passes(WorkedExample("f()", "equals", "1"), CallOutcome("not run"), 1, PYTHON) is None


def test_long_values_are_shown_on_one_line() -> None:
    assert len(shorten("x\n" * 1000)) < 400


@given(st.text(max_size=30), st.text(alphabet="()[]{}'\"\\ab,", max_size=20))
def test_brackets_and_literals_in_any_text(before: str, text: str) -> None:
    end = balanced_end(before + text, len(before))
    assert end is None or len(before) < end <= len(before + text)
    literal_at(before + text, len(before))


@pytest.mark.parametrize(
    ("code", "fact"),
    [
        ("def f(x):\n    return x +", Fact(code=FactCode.SYNTAX_ERROR, message="invalid syntax", line=2, at_end=True)),
        ("def g(x): return x", Fact(code=FactCode.NO_ENTRY_POINT, name="f")),
        ("def f(x): return y", Fact(code=FactCode.UNDEFINED_NAME, name="y", line=1)),
        ("n = 0\ndef f(x):\n    x = n\n    n = x\n    return n", Fact(code=FactCode.UNDEFINED_LOCAL, name="n", line=3)),
        ("def f(x):\n    '''Text.'''", Fact(code=FactCode.EMPTY_FUNCTION, name="f")),
        ("def f(x): print(x)", Fact(code=FactCode.PRINTS_RESULT, name="f")),
        ("f = 1\nreturn 1", Fact(code=FactCode.RETURN_OUTSIDE_FUNCTION, line=2)),
        ("f = 1\nbreak", Fact(code=FactCode.BREAK_OUTSIDE_LOOP, line=2)),
        ("f = 1\ncontinue", Fact(code=FactCode.CONTINUE_OUTSIDE_LOOP, line=2)),
        ("f = yield", Fact(code=FactCode.YIELD_OUTSIDE_FUNCTION, line=1)),
    ],
)
def test_facts_are_found_without_running(code: str, fact: Fact) -> None:
    for prelude in ("", "import os\nimport re\n"):
        assert check_statically(ParsedCandidate(code), "f", prelude) == (fact,)


def test_what_an_engine_may_or_may_not_have_is_no_fact_of_a_candidate() -> None:
    assert check_statically(ParsedCandidate("import not_there\ndef f(x): return x"), "f") == ()


def test_names_that_the_instruction_gives_are_not_undefined() -> None:
    instruction = "import math\n\ndef area(r):\n    return math.pi * r * r\n\ndef f(r):\n    '''Double area.'''\n"
    code = "def f(r):\n    return 2 * area(r)"
    assert check_statically(ParsedCandidate(code), "f", prelude_of(instruction)) == ()
    assert "def area" in runnable(instruction, code) and runnable("Prose.", code) == code


def test_every_code_has_its_words() -> None:
    facts = [fact_words(Fact(code=code, name="f", line=1, message="no")) for code in FactCode]
    outcomes = [observed_words(Observed(code=code, text="1", exception="KeyError")) for code in OutcomeCode]
    incidents = [incident_words(Incident(code=code, name="f")) for code in IncidentCode]
    circumstances = [
        circumstance_words(Circumstance(part="cost", code=code, name="f", count=1, seconds=1, detail="No."))
        for code in CircumstanceCode
    ]
    for words in (facts, outcomes, incidents, circumstances):
        assert all(words) and len(set(words)) == len(words)
        assert not any("None" in text or "{" in text for text in words)


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
