import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codefavor.evidence.candidate import ParsedCandidate
from codefavor.evidence.findings.tolerant import MAX_CHARACTERS, Parsed, parse_tolerantly

PYTHON_2 = [
    ("print 'a', b\n", "print('a', b)"),
    ("print >>err, 'a' % b\n", "print('a' % b, file=err)"),
    ("print\n", "print()"),
    ("print ('a') + b\n", "print('a' + b)"),
    ("if x: print x\n", "if x:\n    print(x)"),
    ("try:\n    go()\nexcept (IOError, OSError), e:\n    raise ValueError, e\n", None),
    ("exec code in space\n", "exec(code, space)"),
    ("exec code\n", "exec(code)"),
    ("x = `y` <> 0777L\n", None),
    ("os.chmod(p, 0755)\n", "os.chmod(p, 493)"),
    ("n = 12L\n", "n = 12"),
    ("def f(a, (b, c)):\n    return lambda (x, y): x\n", None),
    ("s = ur'\\d'\n", "s = '\\\\d'"),
]

FRAGMENTS = [
    ("        b=2)\n        go(b)\n    def after(self):\n        return go(1)\n", {"go"}),
    ("    else:\n        go()\n", {"go"}),
    ("    elif a:\n        go()\n    stop()\n", {"go", "stop"}),
    ("    except ValueError as e:\n        go()\n", {"go"}),
    ("try:\n    go()\n", {"go"}),
    ("def f():\n    try:\n        go()\ndef g():\n    stop()\n", {"go", "stop"}),
    ("class A:\n    def f(self):\n", set()),
    ("go(\n    a,\n    b", {"go"}),
    ("def f():\n    go('a'\ndef g():\n    stop()\n", {"go", "stop"}),
    ("Explains what it does.\n'''\n    x = go()\n", {"go"}),
    ("    x = go()\n  y = stop()\n", {"go", "stop"}),
    ("@decorated\n", set()),
    ("go()\n!!! not python at all\nstop()\n", {"go", "stop"}),
    ("\tgo()\n        stop()\n", {"go", "stop"}),
]


def parse(text: str) -> Parsed:
    return parse_tolerantly(ParsedCandidate(text))


def calls(tree: ast.Module | None) -> set[str]:
    assert tree is not None
    return {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


@pytest.mark.parametrize(("old", "new"), PYTHON_2)
def test_python_2_is_read_as_such(old: str, new: str | None) -> None:
    parsed = parse(f"print 'old'\n{old}")  # some of these are Python 3 too, with another meaning
    assert parsed.parsed_as == "python2"
    assert parsed.tree is not None
    if new is not None:
        assert ast.unparse(parsed.tree) == f"print('old')\n{new}"


@pytest.mark.parametrize(("text", "expected"), FRAGMENTS)
def test_fragments_keep_their_calls(text: str, expected: set[str]) -> None:
    parsed = parse(text)
    if expected:
        assert parsed.parsed_as == "tolerant"
        assert calls(parsed.tree) >= expected


def test_python_3_is_left_alone() -> None:
    code = "def f(x: int) -> str:\n    return f'{x!r:>{x}}'\n"
    parsed = parse(code)
    assert parsed.parsed_as == "python3"
    assert parsed.tree is not None
    assert ast.dump(parsed.tree) == ast.dump(ast.parse(code))


@pytest.mark.parametrize(
    "text", ["        b=2)\n\n    go()\n", "print 'a'\n\n\ngo()\n", "x = '''\na\n'''\nprint x\ngo()\n"]
)
def test_line_numbers_hold(text: str) -> None:
    tree = parse(text).tree
    assert tree is not None
    line = next(node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node) == "go()")
    assert text.splitlines()[line - 1].strip() == "go()"


@pytest.mark.parametrize("text", [")", "x" * (MAX_CHARACTERS + 1) + " y", "?\n!\n"])
def test_says_when_nothing_could_be_read(text: str) -> None:
    assert parse(text).tree is None
    assert parse(text).parsed_as == "not parsed"


PIECES = st.lists(
    st.sampled_from(
        [
            "def f(a):",
            "    ",
            "\n",
            "print x",
            "'''",
            '"',
            "(",
            ")",
            "[",
            ":",
            "else:",
            "try:",
            "\\",
            "\t",
            "0777",
            "`",
            "#",
            ";",
            "exec a in b",
            "\x00",
            "é",
            "class A",
            "if x",
            "}",
        ]
    ),
    max_size=40,
).map("".join)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), PIECES))
def test_survives_any_text(text: str) -> None:
    parsed = parse(text)
    assert (parsed.tree is None) == (parsed.parsed_as == "not parsed")
