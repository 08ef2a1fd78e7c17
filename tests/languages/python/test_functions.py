import ast
import inspect
import random
import sysconfig
from pathlib import Path

import pytest

from codefavor.languages.python.functions import Function, extract_functions
from codefavor.languages.python.parse import parses
from codefavor.languages.source import Unparsable

MODULE = '''
from __future__ import annotations
import os.path
import json as js
from typing import Any
from . import sibling
try:
    import fast
except ImportError:
    import slow as fast

LIMIT = 3


# about add
@staticmethod
def add(a: int, b=1, *rest, key: Any = None, **more) -> int:
    """Add.

    More.
    """
    return a + b  # sum


async def fetch(path):
    return js.loads(os.path.join(path, fast.name))


def bounded(n):
    return helper(n) + LIMIT + sibling.x


def fact(n):
    return 1 if n < 2 else n * fact(n - 1)


def outer(xs):
    def inner(y):
        return [y + x + missing for x in xs]
    total = sum(inner(1))
    return total


class Tree:
    class Node:
        def size(self):
            text = """
        kept as it is
    """
            # a remark
            return len(text)
'''


def functions_of(code: str) -> dict[str, Function]:
    functions = extract_functions(code)
    assert not isinstance(functions, Unparsable)
    return {function.qualified_name: function for function in functions}


FOUND = functions_of(MODULE)


def test_functions_and_methods_are_found_in_order() -> None:
    assert list(FOUND) == ["add", "fetch", "bounded", "fact", "outer", "Tree.Node.size"]
    assert [f.owner for f in FOUND.values()] == [None] * 5 + ["Tree.Node"]
    assert [f.name for f in FOUND.values() if f.is_async] == ["fetch"]


def test_a_function_says_what_it_says_of_itself() -> None:
    add = FOUND["add"]
    assert add.signature == "def add(a: int, b=1, *rest, key: Any=None, **more) -> int"
    assert FOUND["fetch"].signature == "async def fetch(path)"
    assert add.docstring == "Add.\n\nMore."
    assert FOUND["fact"].docstring is None


def test_the_source_has_decorators_and_remarks_and_its_lines() -> None:
    add = FOUND["add"]
    assert add.source.startswith("@staticmethod\ndef add(")
    assert add.source.endswith("return a + b  # sum")
    assert MODULE.split("\n")[add.first_line - 1 : add.last_line] == add.source.split("\n")


def test_a_method_is_dedented_but_its_strings_are_not() -> None:
    assert FOUND["Tree.Node.size"].source == (
        'def size(self):\n    text = """\n        kept as it is\n    """\n    # a remark\n    return len(text)'
    )


def test_needs_are_split_into_imports_and_free_names() -> None:
    assert FOUND["fetch"].imports == (
        "from __future__ import annotations",
        "import slow as fast",
        "import json as js",
        "import os.path",
    )
    assert FOUND["fetch"].self_contained
    assert FOUND["add"].imports == ("from __future__ import annotations", "from typing import Any")
    assert FOUND["bounded"].free_names == ("LIMIT", "helper", "sibling")
    assert FOUND["outer"].free_names == ("missing",)
    assert not FOUND["outer"].self_contained


def test_recursion_needs_nothing_and_methods_never_stand_alone() -> None:
    assert FOUND["fact"].self_contained
    assert FOUND["Tree.Node.size"].free_names == () and not FOUND["Tree.Node.size"].self_contained


def test_a_snippet_runs_without_its_module() -> None:
    code = "import math\nX = 1\ndef area(r=2.0):\n    return math.pi * r * r\n"
    namespace: dict[str, float] = {}
    exec(functions_of(code)["area"].snippet + "\nresult = area()", namespace)
    assert namespace["result"] == pytest.approx(12.566, abs=0.001)


def test_carriage_returns_and_form_feeds_do_not_shift_lines() -> None:
    found = functions_of("x = 1\r\n\x0c\r\ndef f():\r\n    return '\x0c'\r\n")
    assert found["f"].source == "def f():\n    return '\x0c'"


def test_code_that_does_not_parse_gives_the_reason() -> None:
    assert isinstance(extract_functions("def f(:"), Unparsable)


def test_a_function_that_cannot_be_compiled_is_left_out() -> None:
    assert list(functions_of("def f():\n    x = 1\n    global x\ndef g():\n    pass")) == ["g"]


STDLIB = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))


@pytest.mark.parametrize("path", random.Random(9).sample(STDLIB, 12), ids=lambda path: path.stem)
def test_functions_of_real_modules_stay_what_they_were(path: Path) -> None:
    code = path.read_text(encoding="utf-8")
    originals = {
        node.lineno: node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    for function in functions_of(code).values():
        (alone,) = ast.parse(function.source).body
        assert isinstance(alone, ast.FunctionDef | ast.AsyncFunctionDef)
        original = originals[function.first_line - 1 + alone.lineno]
        assert function.docstring == ast.get_docstring(original)
        assert ast.dump(without_docstring(alone)) == ast.dump(without_docstring(original))
        assert parses(function.snippet)


def without_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
    if ast.get_docstring(node) is not None:
        node.body = node.body[1:]
    return node


def test_the_docstring_agrees_with_inspect() -> None:
    code = Path(inspect.__file__).read_text(encoding="utf-8")
    assert functions_of(code)["getdoc"].docstring == inspect.getdoc(inspect.getdoc)
