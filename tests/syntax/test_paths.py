from codefavor.syntax.paths import tree_paths


def test_paths_say_what_stands_inside_what_part() -> None:
    paths = tree_paths("def f(x):\n    for y in x:\n        if y:\n            return None\n") or frozenset()
    assert {"For", ".body>Return", "For.body>If.test>Name", "If.body>Return.value>Constant:NoneType"} <= paths
    assert all(path.count(">") <= 2 for path in paths)
    assert "For.body>If.body>Return" in paths and "FunctionDef.body>For.body>If.body>Return" not in paths


def test_names_and_layout_do_not_matter_and_structure_does() -> None:
    plain = tree_paths("total = sum(x for x in rows)")
    assert plain == tree_paths("s  =  max(\n    n for n in xs)")
    assert plain != tree_paths("total = sum([x for x in rows])")
    assert tree_paths("if a:\n    b\nelse:\n    c = 1") != tree_paths("if a:\n    c = 1\nelse:\n    b")


def test_what_does_not_parse_has_no_paths_and_deep_code_does_not_fail() -> None:
    assert tree_paths("def f(:") is None
    deep = tree_paths("x = " + "-" * 80 + "1")
    assert deep and "UnaryOp.operand>UnaryOp.operand>UnaryOp" in deep
