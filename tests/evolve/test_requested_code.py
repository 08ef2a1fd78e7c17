import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codefavor.evolve.requested_code import defines, reduce_to, requested_name
from codefavor.languages.python.language import PYTHON

REPLY = """from __future__ import annotations
import os
import math
LIMIT = 3
UNUSED = 4

def helper(x):
    return math.floor(x) + LIMIT

@staticmethod
def wanted(x):
    # rounds
    return helper(x)

def other():
    return os.getcwd()

print(wanted(1))
assert wanted(1) == 4
if __name__ == "__main__":
    print(wanted(2))
"""


@pytest.mark.parametrize(
    ("instruction", "name"),
    [
        ("Write a function `add_all(items)` that adds.", "add_all"),
        ("Write a Python function called merge_sort that sorts.", "merge_sort"),
        ("Create a class named 'Stack' with push.", "Stack"),
        ("Implement the function add_all(items) that adds.", "add_all"),
        ("Complete this:\n```python\ndef area(r):\n    ...\n```", "area"),
        ("Write `find_user(connection, name)` that returns a row.", "find_user"),
        ("Write the Python function `first_two(items: list) -> list`.", "first_two"),
        ("Write a function that adds two numbers.", None),
        ("Write a function to sort a list.", None),
        ("Write a function `print`-ing nothing.", None),
        ("Print all primes.", None),
    ],
)
def test_the_name_asked_for_is_found(instruction: str, name: str | None) -> None:
    assert requested_name(instruction, PYTHON) == name


def test_a_reply_is_reduced_to_the_function_and_what_it_needs() -> None:
    reduced = reduce_to(REPLY, "wanted", PYTHON)
    for kept in ("from __future__", "import math", "LIMIT = 3", "def helper", "@staticmethod\ndef wanted", "# rounds"):
        assert kept in reduced
    for dropped in ("import os", "UNUSED", "def other", "print", "assert", "__main__"):
        assert dropped not in reduced


def test_without_a_name_only_trials_are_dropped() -> None:
    reduced = reduce_to(REPLY, None, PYTHON)
    assert "def other" in reduced
    assert "print(" not in reduced
    assert reduce_to(REPLY, "absent", PYTHON) == reduced


@pytest.mark.parametrize("code", ["def f(:", "print('only a call')", ""])
def test_what_cannot_be_reduced_stays(code: str) -> None:
    assert reduce_to(code, "f", PYTHON) == code


@given(st.text(max_size=80))
@settings(max_examples=30)
def test_no_text_is_a_surprise(text: str) -> None:
    reduce_to(text, requested_name(text, PYTHON), PYTHON)
    defines(text, "x", PYTHON)


def test_definitions_are_found_at_any_depth() -> None:
    assert defines("class A:\n    def f(self): ...", "f", PYTHON)
    assert defines("f = lambda: 1", "f", PYTHON)
    assert defines("try:\n    from a import f\nexcept ImportError:\n    f = None", "f", PYTHON)
    assert not defines("f(1)", "f", PYTHON)
