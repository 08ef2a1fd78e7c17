"""Which function an instruction asks for, and with which parameters, however JavaScript candidates declare it."""

import pytest

from codefavor.evidence.entry_point import EntryPoint
from codefavor.evidence.javascript.entry_point import JavaScriptCandidate, find_javascript_entry_point

HELPER = "const helper = (x) => x;\n"


def find(instruction: str, code_a: str, code_b: str = "") -> EntryPoint | None:
    return find_javascript_entry_point(instruction, JavaScriptCandidate(code_a), JavaScriptCandidate(code_b))


@pytest.mark.parametrize(
    "code",
    [
        "function add(a, b) { return a + b }",
        "async function add(a, b) {}",
        "function* add(a, b) {}",
        "const add = (a, b) => a + b;",
        "let add = async function (a, b) {};",
        "export function add(a, b) {}",
        "export const add = (a, b) => a + b;",
        "export default function add(a, b) {}",
        "exports.add = (a, b) => a + b;",
        "module.exports.add = function (a, b) {};",
        "module.exports = { add(a, b) { return a + b } };",
        "module.exports = { add: (a, b) => a + b };",
    ],
)
def test_every_declaration_is_found(code: str) -> None:
    assert find("Write add(1, 2).", HELPER + code) == EntryPoint("add", ("a", "b"), 2, (None, None))


@pytest.mark.parametrize(
    ("parameters", "names", "required"),
    [
        ("", (), 0),
        ("a, b = [1, 2], c", ("a", "b", "c"), 1),
        ("a, ...rest", ("a",), 1),
        ("{ x, y }, [z] = []", ("argument0", "argument1"), 1),
        ("a = f(1, 2)", ("a",), 0),
    ],
)
def test_parameters_are_read(parameters: str, names: tuple[str, ...], required: int) -> None:
    found = find("add(1)", f"function add({parameters}) {{}}")
    assert found and (found.parameters, found.required) == (names, required)


def test_an_arrow_function_needs_no_parentheses() -> None:
    found = find("", "const double = x => x * (2)")
    assert found is None
    found = find("double(2)", "const double = x => x * (2)")
    assert found and found.parameters == ("x",)


def test_documentation_gives_types() -> None:
    tags = " * @param {number[]} a\n * @param {Array<string>} b\n * @param {?string} [c]\n"
    code = f"/**\n * Adds.\n{tags} */\nfunction add(a, b, c) {{}}"
    found = find("add", code, code)
    assert found and found.annotations == ("list[int]", "list[str]", "str")


@pytest.mark.parametrize(
    ("instruction", "name"),
    [
        ("function first(x) {\n}", "first"),
        ("const second = (x) => {\n};", "second"),
        ("Complete:\nfunction helper(x) { return 1 }\nfunction second(x) {", "second"),
        ("Say what `first(1)` gives.", "first"),
        ("Nothing is named.", "second"),
    ],
)
def test_the_instruction_names_the_function(instruction: str, name: str) -> None:
    code = f"{HELPER}function first(x) {{}}\nfunction second(x) {{}}"
    found = find(instruction, code, code)
    assert found and found.name == name


def test_a_default_export_takes_the_name_that_is_asked_for() -> None:
    found = find("Write add(1, 2).", "module.exports = (a, b) => a + b", "export default function (x, y) {}")
    assert found == EntryPoint("add", ("a", "b"), 2, (None, None))


def test_methods_and_code_that_does_not_parse_give_no_function() -> None:
    assert find("add(1)", "class A { add(x) {} }", "function add( {") is None
