import ast
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codefavor.bench.edits import PRESERVING, change_one_token, regenerate, rename

CODE = '''"""Doc."""
from __future__ import annotations
import math

@staticmethod
def area(radius, scale=2):
    """Return it."""
    total = 0
    for step in range(scale):
        total += math.pi * radius ** 2; extra = [step for step in (1, 2)]
    text = """one
two"""
    return total, text, extra
'''


def run(code: str) -> object:
    namespace: dict[str, object] = {}
    exec(code.replace("@staticmethod", ""), namespace)  # our own text above, not foreign code
    area = namespace["area"]
    assert callable(area)
    return area(3, scale=4)


@pytest.mark.parametrize("name", PRESERVING)
def test_what_an_edit_makes_differs_in_text_and_not_in_behaviour(name: str) -> None:
    edited = PRESERVING[name](CODE, random.Random(0))
    assert edited is not None and edited != CODE
    assert run(edited) == run(CODE)


@pytest.mark.parametrize("name", PRESERVING)
@pytest.mark.parametrize("code", ["def f(:", "", '"""Only a docstring."""'])
def test_an_edit_without_proof_is_not_made(name: str, code: str) -> None:
    edited = PRESERVING[name](code, random.Random(0))
    assert edited is None or ast.dump(ast.parse(edited)) == ast.dump(ast.parse(code))


def test_only_plain_local_variables_are_renamed() -> None:
    code = """
import os
COUNT = 1
def outer(given, *rest):
    global COUNT
    import sys as system
    kept = given
    def inner(kept_too):
        nonlocal kept
        kept = kept_too
        return plain
    plain = [each for each in rest]
    try:
        COUNT = inner(kept_too=kept)
    except ValueError as problem:
        plain = problem
    return plain
"""
    renamed = rename(code, random.Random(0))
    assert renamed is not None
    for name in ("given", "rest", "COUNT", "system", "kept", "kept_too", "inner", "problem"):
        assert name in renamed
    assert "plain" not in renamed and "each" not in renamed


@pytest.mark.parametrize(
    "code",
    [
        "def f():\n    x = 1\n    return eval('x')",
        "class C:\n    def f(self):\n        x = 1\n        return x",
        "def f():\n    v1 = 1\n    x = 2\n    return x",
    ],
)
def test_names_that_could_be_looked_up_otherwise_stay(code: str) -> None:
    assert rename(code, random.Random(0)) is None


@given(st.integers(0, 1000))
def test_a_one_token_edit_changes_one_place(seed: int) -> None:
    changed = change_one_token(CODE, random.Random(seed))
    assert changed is not None
    before, after = regenerate(CODE).split(), changed.split()
    assert len(before) == len(after)
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1


def test_nothing_to_change_is_said_so() -> None:
    assert change_one_token("def f(x):\n    return x", random.Random(0)) is None
