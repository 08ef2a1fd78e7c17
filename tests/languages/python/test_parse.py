import ast

from codefavor.languages.python.parse import parse, parses, scopes
from codefavor.languages.source import Unparsable


def test_source_gives_a_tree() -> None:
    tree = parse("x = 1")
    assert isinstance(tree, ast.Module) and len(tree.body) == 1
    assert parses("x = 1")


def test_the_line_at_fault_is_named() -> None:
    assert parse("x = 1\ny = = 2") == Unparsable(reason="invalid syntax", line=2)
    assert not parses("x = 1\ny = = 2")


def test_scopes_refuse_what_only_the_compiler_refuses() -> None:
    late_global = "def f():\n    x = 1\n    global x\n"
    assert parses(late_global)
    refused = scopes(late_global)
    assert isinstance(refused, Unparsable) and "global" in refused.reason
