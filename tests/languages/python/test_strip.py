import ast
import random
import sysconfig
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codefavor.languages.python.parse import parses
from codefavor.languages.python.strip import strip_comments

STDLIB = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))


def comments_and_docstrings_of(code: str) -> list[str]:
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    ]


@pytest.mark.parametrize("path", random.Random(5).sample(STDLIB, 24), ids=lambda path: path.stem)
def test_real_modules_lose_their_remarks_and_nothing_else(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    stripped = strip_comments(code)
    assert stripped.parses and stripped.kept is None
    assert comments_and_docstrings_of(stripped.code) == []
    assert strip_comments(stripped.code) == stripped
    ours, theirs = ast.parse(stripped.code), ast.parse(code)
    assert [n.name for n in ast.walk(ours) if isinstance(n, ast.FunctionDef)] == [
        n.name for n in ast.walk(theirs) if isinstance(n, ast.FunctionDef)
    ]


OPENERS = [
    "def f(a, b=1):",
    "async def f():",
    "class C:",
    "if a:",
    "for a in b:",
    "while a:",
    "with a as b:",
    "try:\n    'doc'\nfinally:",
    "try:\n    'doc'\nexcept E:",
    "try:\n    1\nexcept* E:",
    "if a:\n    a()\nelse:",
    "for a in b:\n    a()\nelse:",
    "match a:\n  case 1:",
]
REMARKS = ["'''doc'''", "...", "1", "None  # why", "# only a comment\npass", "b'x'"]
bodies = st.recursive(
    st.lists(st.sampled_from([*REMARKS, "a = 1", "a()", "pass"]), min_size=1, max_size=3).map("\n".join),
    lambda inner: st.builds(
        lambda opener, body, after: f"{opener}\n{indent(body)}\n{after}", st.sampled_from(OPENERS), inner, inner
    ),
    max_leaves=6,
)


def indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


@given(bodies)
def test_generated_code_always_parses_afterwards(code: str) -> None:
    assert parses(code)
    stripped = strip_comments(code)
    assert stripped.kept is None and parses(stripped.code)
    assert comments_and_docstrings_of(stripped.code) == []


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_any_text_is_stripped_or_kept_with_the_reason(text: str) -> None:
    stripped = strip_comments(text)
    assert stripped.parses == parses(text)
    assert (stripped.kept is None) or stripped.code == text


@pytest.mark.parametrize("opener", OPENERS)
def test_an_empty_body_becomes_pass(opener: str) -> None:
    stripped = strip_comments(f"{opener}\n    'doc'")
    assert stripped.code.endswith("    pass")


def test_layout_is_normalised() -> None:
    spread = 'x = [ 1,\n      2 ]   # two\nprint( "a" )\n'
    assert strip_comments(spread).code == "x = [1, 2]\nprint('a')"


def test_what_looks_like_a_comment_inside_a_string_stays() -> None:
    assert strip_comments("x = '# no comment'  # a comment").code == "x = '# no comment'"


def test_a_module_of_remarks_becomes_empty() -> None:
    assert strip_comments('"""Doc."""\n# remark\n').code == ""


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("print 'python 2'", "Missing parentheses"),
        ("def f(:", "invalid syntax"),
        ("x = '\0'", "null bytes"),
        ("x = '\ud800'", "surrogates"),
        ("-" * 100_000 + "1", "nested too deeply"),
        ("1" + "+1" * 100_000, "nested too deeply"),
        ("(" * 100_000, "too many nested parentheses"),
    ],
    ids=["python 2", "fragment", "null byte", "surrogate", "deep unary", "long sum", "deep parentheses"],
)
def test_what_does_not_parse_is_kept_and_reported(code: str, reason: str) -> None:
    stripped = strip_comments(code)
    assert (stripped.code, stripped.parses) == (code, False)
    assert stripped.kept is not None and reason in stripped.kept


def test_what_parses_and_cannot_be_regenerated_is_kept() -> None:
    code = "x" + ".y" * 900
    if not parses(code):
        pytest.skip("this interpreter does not parse it")
    stripped = strip_comments(code)
    assert stripped.parses and stripped.code == code


def test_warnings_about_foreign_code_stay_silent() -> None:
    code = "import re\nre.compile('\\d')\nif x is 1:\n    pass\n1or 2\n"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert strip_comments(code).kept is None
    assert caught == []
