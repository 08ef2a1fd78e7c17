"""Every form in which instructions for JavaScript show examples is read."""

import pytest

from codefavor.evidence.entry_point import EntryPoint
from codefavor.evidence.javascript.worked_examples import find_examples

AREA = EntryPoint("area", ("side", "unit"), 1, (None, None))


def found(text: str) -> list[tuple[str, str, str]]:
    return [(example.call, example.kind, example.expected) for example in find_examples(text, AREA)]


@pytest.mark.parametrize(
    "text",
    [
        "area(3) // 9",
        "area(3); // 9",
        "area(3) // => 9",
        "area(3) // -> 9",
        "area(3)  // returns 9",
        "area(3) // Output: 9",
        "area(3) // 9 (3 * 3)",
        "area(3) // 9, as 3 * 3 is 9",
        "area(3) /* 9 */",
        "area(3)\n// => 9",
        "area(3) -> 9",
        "area(3) => 9",
        "area(3) === 9",
        "area(3) == 9",
        "area(3) = 9",
        "area(3) ➞ 9",
        "area(3): 9",
        "`area(3)` returns `9`",
        "area(3) should return 9",
        "await area(3) // 9",
        "const s = 3;\narea(s) // 9",
        "> area(3)\n9",
        ">>> area(3)\n9",
        "assert.strictEqual(area(3), 9)",
        "assert.deepStrictEqual(area(3), 9, 'three')",
        "assert.equal(9, area(3));",
        "assert(area(3) === 9)",
        "assert.ok(9 === area(3))",
        "console.assert(area(3) === 9, 'wrong')",
        "expect(area(3)).toBe(9)",
        "expect(await area(3)).toEqual(9);",
        "expect(area(3)).to.equal(9)",
        "expect(area(3)).to.deep.equal(9)",
        "/**\n * @example\n * area(3)\n * // => 9\n */\nfunction area(side) {",
        "/**\n * @example area(3) // 9\n */",
        "Input: side = 3\nOutput: 9",
        "For side = 3 the output should be 9",
        "Input: 3\nOutput: 9",
        "```js\nconsole.log(1);\narea(3); // 9\n```",
    ],
)
def test_every_form_is_read(text: str) -> None:
    assert found(text) == [("area(3)", "equals", "9")]


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("console.log(area(3)); // 9", ("area(3)", "prints", "9")),
        ("console.log(area('Bob')); // Hello, Bob!", ("area('Bob')", "prints", "Hello, Bob!")),
        ("console.log(area(3)); // [ 1, 2 ]", ("area(3)", "equals", "[ 1, 2 ]")),
        ("area(3) // 2 hours ago", ("area(3)", "prints", "2 hours ago")),
        ("area(3) // 'nine'", ("area(3)", "equals", "'nine'")),
        ("area([1, 2], x => x * 2); // [2, 4]", ("area([1, 2], x => x * 2)", "equals", "[2, 4]")),
        ("area({ a: ')' }) // undefined", ("area({ a: ')' })", "equals", "undefined")),
        ("area(1)(2) // 3", ("area(1)(2)", "equals", "3")),
        ("area(1).length // 3", ("area(1).length", "equals", "3")),
        ("area(-1) // throws RangeError", ("area(-1)", "raises", "RangeError")),
        ("area(-1) throws an error", ("area(-1)", "raises", "Error")),
        ("assert.throws(() => area(-1), RangeError)", ("area(-1)", "raises", "RangeError")),
        ("expect(() => { area(-1) }).toThrow('no')", ("area(-1)", "raises", "Error")),
        ("expect(area(3)).toBeNull()", ("area(3)", "equals", "null")),
        ("expect(area(3)).toBeTruthy()", ("area(3)", "holds", "_")),
        ("assert(area(3) > 2)", ("area(3)", "holds", "_ > 2")),
        ("assert(area(3).includes('a'))", ("area(3).includes('a')", "holds", "_")),
    ],
)
def test_other_forms_are_read(text: str, example: tuple[str, str, str]) -> None:
    assert found(text) == [example]


@pytest.mark.parametrize(
    "text",
    [
        "function area(side) { return 9 }",
        "area(side) returns 9",
        "area(n) = n * n",
        "The area of 3 is 9.",
        "myarea(3) // 9",
        "shape.area(3) // 9",
        "area(3",
        "area(3) //",
        "",
    ],
)
def test_what_is_no_example_is_not_read(text: str) -> None:
    assert found(text) == []


def test_arguments_are_kept_where_they_are_literals() -> None:
    plain, function = find_examples("area([1, 'a,b'], 2) // 3\narea(x => x) // 4", AREA)
    assert plain.arguments == ("[1, 'a,b']", "2")
    assert function.arguments is None


def test_each_call_is_read_once() -> None:
    assert len(found("area(3) // 9\narea( 3 ) // 10\narea(4) // 16")) == 2
