"""The JavaScript guest and its harness: how code is loaded and called, what comes back, what a candidate cannot do."""

from collections.abc import Iterator
from typing import Any

import pytest

from codefavor.sandbox.engine import Engine
from codefavor.sandbox.inside.values import Kept, Opaque
from codefavor.sandbox.job import CallOutcome, Job, JobResult, SandboxCall
from codefavor.sandbox.lacking import lacking
from codefavor.sandbox.open_engine import open_engine
from codefavor.sandbox.wire import ProcessLimits

FUEL = 50_000_000


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine("wasm", 2) as opened:
        yield opened


def run(engine: Engine, code: str, *sources: str, **settings: Any) -> JobResult:
    calls = tuple(SandboxCall(source, FUEL) for source in sources)
    return engine.run_one(Job(code, calls, "javascript", **settings))


def call(engine: Engine, code: str, source: str) -> CallOutcome:
    result = run(engine, code, source)
    assert result.loading.status == "returned", result.loading
    return result.outcomes[0]


def program(engine: Engine, code: str, stdin: str = "") -> JobResult:
    return run(engine, code, program=True, stdin=stdin)


@pytest.mark.parametrize(
    "code",
    [
        "function f(a) { return a + 1 }",
        "const f = (a) => a + 1;",
        "var f = function (a) { return a + 1 }",
        "async function f(a) { return a + 1 }",
        "const f = (a) => new Promise((resolve) => setTimeout(() => resolve(a + 1), 60000));",
        "module.exports = function (a) { return a + 1 }",
        "module.exports = { f: (a) => a + 1 }",
        "exports.f = (a) => a + 1",
        "exports.g = (a) => a + 1; function f(a) { return exports.g(a) }",
        "export function f(a) { return a + 1 }",
        "export default function (a) { return a + 1 }",
        "export default (a) => a + 1;",
        "const f = (a) => a + 1;\nexport { f };",
        "import fs from 'node:fs';\nimport {\n  createInterface as x,\n} from 'readline';\nexport const f = a => a + 1",
        "const one = await Promise.resolve(1);\nfunction f(a) { return a + one }",
        "#!/usr/bin/env node\n'use strict';\nfunction f(a) { return a + 1 } // end",
        "const fs = require('fs'), process = require('process');\nfunction f(a) { return a + 1 }",
    ],
)
def test_a_function_is_called_by_its_name_however_it_is_declared(engine: Engine, code: str) -> None:
    assert call(engine, code, "f(2)") == CallOutcome("returned", 3, mutated=False, fuel=call(engine, code, "f(2)").fuel)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("[1, -2.5, 1e21, 2 ** 53 - 1, -0]", [1, -2.5, 1e21, 2**53 - 1, 0]),
        ("[null, true, 'é', [], {}]", [None, True, "é", [], {}]),
        ("[Infinity, -Infinity, 12n, -(2n ** 80n)]", [float("inf"), float("-inf"), 12, -(2**80)]),
        ("({ a: 1, 'b c': [{ d: null }] })", {"a": 1, "b c": [{"d": None}]}),
        ("new Map([[1, 'a'], [{ b: 2 }, 3]])", Kept("Map", [[1, "a"], [{"b": 2}, 3]])),
        ("new Set([3, 1.5, 'a', null])", {3, 1.5, "a", None}),
        ("new Set([[1]])", Kept("Set", [[1]])),
        ("new Point(1)", Kept("Point", {"x": 1})),
        ("new Uint8Array([1, 2])", Kept("Uint8Array", [1, 2])),
        ("new Date(5)", Kept("Date", 5)),
        ("/a+/g", Kept("RegExp", "/a+/g")),
        ("new RangeError('far')", Kept("RangeError", "far")),
        ("'\\ud800'", "\ufffd"),
        ("const x = [1]; x.push(2); x", [1, 2]),
    ],
)
def test_values_cross_as_data(engine: Engine, source: str, value: object) -> None:
    assert call(engine, "class Point { constructor(x) { this.x = x } }", source).value == value


@pytest.mark.parametrize(
    ("source", "kind"), [("undefined", "undefined"), ("Math.max", "function"), ("Symbol()", "symbol")]
)
def test_what_is_no_data_crosses_as_its_kind(engine: Engine, source: str, kind: str) -> None:
    value = call(engine, "", source).value
    assert isinstance(value, Opaque)
    assert value.type_name == kind


def test_not_a_number_and_missing_elements_cross(engine: Engine) -> None:
    nan, hole = call(engine, "", "[NaN, , 1]").value[:2]
    assert nan != nan
    assert hole.type_name == "undefined"


@pytest.mark.parametrize(
    "source",
    [
        "(() => { const a = []; a.push(a); return a })()",
        "new Array(60000).fill(1)",
        "new Array(4e9)",
        "'x'.repeat(1100000)",
    ],
)
def test_values_without_bound_are_too_large(engine: Engine, source: str) -> None:
    result = engine.run_one(Job("", (SandboxCall(source, 20 * FUEL),), "javascript"))
    assert result.outcomes[0].status == "too large"


def test_exceptions_say_their_type_message_and_line(engine: Engine) -> None:
    code = "class Own extends TypeError {}\nfunction f(x) {\n  if (x) throw new Own('no');\n  return x.y.z;\n}"
    own, null, text, unknown = run(engine, code, "f(1)", "f(null)", "(() => { throw 'text' })()", "g()").outcomes
    assert own.raised and own.raised.bases == ("Own", "TypeError", "Error")
    assert null.raised and (null.raised.type_name, null.raised.line) == ("TypeError", 4)
    assert text.raised and (text.raised.type_name, text.raised.message) == ("string", "text")
    assert unknown.raised and unknown.raised.bases == ("ReferenceError", "Error")


def test_code_that_does_not_parse_is_not_loaded(engine: Engine) -> None:
    result = run(engine, "function f() {\n  return (\n}", "f()")
    assert result.loading.raised and result.loading.raised.type_name == "SyntaxError"
    assert result.loading.raised.line == 3
    assert result.outcomes[0].status == "not run"


def test_what_is_printed_is_kept_up_to_a_length(engine: Engine) -> None:
    code = "function f() { console.log('%s!', 'hi', [1, 'a', { b: null }], new Map([[1, 2]])); print(undefined) }"
    assert call(engine, code, "f()").stdout == "hi! [ 1, 'a', { b: null } ] Map(1) { 1 => 2 }\nundefined\n"
    assert len(call(engine, "", "console.log('x'.repeat(1e5))").stdout) == 2000


def test_changed_arguments_are_noticed(engine: Engine) -> None:
    code = "const f = (a) => a.sort(), g = (a) => [...a].sort();"
    changed, kept, no_call = run(engine, code, "f([2, 1])", "g([2, 1])", "g([2]) + 1").outcomes
    assert (changed.mutated, kept.mutated, no_call.mutated) == (True, False, None)
    assert run(engine, code, "f([2, 1])", measured=True).outcomes[0].mutated is None


def test_long_chains_of_jobs_come_to_their_end(engine: Engine) -> None:
    code = "async function f(n) { let s = 0; for (let i = 0; i < n; i++) s += await 1; return s }"
    assert call(engine, code, "f(2000)").value == 2000
    slow = f"{code}\nconst g = (n) => new Promise((go) => setTimeout(go, 5)).then(() => f(n));"
    assert call(engine, slow, "Promise.all([g(300), g(2)])").value == [300, 2]


def test_a_promise_that_nothing_settles_is_an_error(engine: Engine) -> None:
    raised = call(engine, "", "new Promise(() => {})").raised
    assert raised and raised.message == "the promise is never settled"


@pytest.mark.parametrize(
    ("code", "need"),
    [
        ("const _ = require('lodash'); function f() {}", "the module lodash"),
        ("import _ from 'lodash'; export function f() {}", "the module lodash"),
        ("export * from './other.js'; export function f() {}", "the module ./other.js"),
        ("function f() { return new URL('http://a') }", "URL"),
        ("function f() { return structuredClone({}) }", "structuredClone"),
        ("function f() { return (1).toLocaleString('de') }", "locales"),
        ("function f() { return 'é'.localeCompare('f') }", "the collation of locales"),
        ("async function f() { return await import('http') }", "the module http"),
    ],
)
def test_what_the_guest_lacks_is_a_circumstance(engine: Engine, code: str, need: str) -> None:
    assert lacking(run(engine, code, "f()")) == need


def test_an_undefined_name_of_its_own_is_no_circumstance(engine: Engine) -> None:
    assert lacking(run(engine, "function f() { return helper() }", "f()")) is None


def test_the_default_locale_is_that_of_other_interpreters(engine: Engine) -> None:
    assert call(engine, "", "[1234567.8914, -0.5, 1e6].map((x) => x.toLocaleString())").value == [
        *("1,234,567.891", "-0.5", "1,000,000")
    ]
    words = "['b', 'a', 'B', 'A', '_', '1', 'a b', 'ab'].sort((x, y) => x.localeCompare(y))"
    assert call(engine, "", words).value == ["_", "1", "a", "A", "a b", "ab", "b", "B"]


def test_maps_and_sets_hold_numbers_as_they_were(engine: Engine) -> None:
    keys = "[1, 2.5, -0, 0, NaN, NaN, 'a', '\\0x', '\\0n5', 2147483648, -2147483648, 1e300, 5n, null, true, 1]"
    expected = [1, 2.5, 0, "NaN", "a", "\0x", "\0n5", 2147483648, -2147483648, 1e300, 5, None, True]
    named = "(x) => (Number.isNaN(x) ? 'NaN' : x)"
    for source in (f"[...new Set({keys})]", f"[...new Map({keys}.map((x) => [x, 0])).keys()]"):
        assert call(engine, "", f"{source}.map({named})").value == expected
    assert call(
        engine, "", f"{{ const s = new Set({keys}); new Set({keys}).forEach((x) => s.delete(x)); s.size === 0 }}"
    ).value
    source = "[new Set([1, 2]).union(new Set([2, 3])), new Set([1, 2]).intersection(new Set([2, 3]))]"
    assert call(engine, "", source).value == [{1, 2, 3}, {2}]
    assert call(engine, "", "[...Map.groupBy([1, 2, 3], (x) => x % 2)]").value == [[1, [1, 3]], [0, [2]]]


def test_a_set_of_numbers_costs_as_much_for_each_as_a_small_one(engine: Engine) -> None:
    code = "const make = (n, step) => new Set(Array.from({ length: n }, (_, i) => i * step)).size;"
    for step in (1, 3, 1024, 0.5):
        small, large = run(engine, code, f"make(250, {step})", f"make(2000, {step})", measured=True).outcomes
        assert small.fuel and large.fuel and large.fuel < 10 * small.fuel


@pytest.mark.parametrize(
    ("code", "printed"),
    [
        ("console.log(require('fs').readFileSync(0, 'utf8').trim().split('\\n').length)", "2"),
        ("console.log(String(require('fs').readFileSync('/dev/stdin')).length)", "4"),
        (
            "const rl = require('readline').createInterface({ input: process.stdin }); let n = 0;"
            "rl.on('line', (line) => (n += Number(line))).on('close', () => console.log(n));",
            "3",
        ),
        (
            "import readline from 'node:readline';\nconst rl = readline.createInterface({ input: process.stdin });\n"
            "let n = 0;\nfor await (const line of rl) n += Number(line);\nconsole.log(n);",
            "3",
        ),
        (
            "(async () => { const rl = require('readline').createInterface(process.stdin);"
            "let n = 0; for await (const line of rl) n += +line; process.stdout.write(`${n}`) })()",
            "3",
        ),
        (
            "let s = ''; process.stdin.setEncoding('utf8'); process.stdin.on('data', (part) => (s += part));"
            "process.stdin.on('end', () => { console.log(s.length); process.exit(0); console.log('no') });",
            "4",
        ),
        ("setTimeout(() => console.log('b'), 20); setTimeout(() => process.stdout.write('a'), 10)", "ab"),
    ],
)
def test_a_program_reads_its_input_as_node_programs_do(engine: Engine, code: str, printed: str) -> None:
    result = program(engine, code, "1\n2\n")
    assert (result.stdout.strip(), result.loading.status, result.status) == (printed, "returned", 0)


def test_a_program_ends_with_its_status(engine: Engine) -> None:
    assert program(engine, "process.exit(3)").status == 3
    failed = program(engine, "console.log('x'); throw new Error('bad')")
    assert failed.status == 1
    assert failed.stdout.startswith("x\nUncaught Error: bad")


def test_equal_runs_are_equal_to_the_last_instruction(engine: Engine) -> None:
    code = (
        "function f(n) { let s = 0; for (let i = 0; i < n; i++) s += Math.random();"
        " return [s, Date.now(), performance.now()] }"
    )
    results = [run(engine, code, "f(300)", measured=True) for _ in range(3)]
    assert len({(result.fuel, str(result.outcomes)) for result in results}) == 1


PATCHES = (
    "JSON.stringify = () => 'x'; JSON.parse = null; Object.prototype.toJSON = () => 1; "
    "for (const name of ['map', 'push', 'join', 'slice']) Array.prototype[name] = null; "
    "Array.isArray = () => false; String = Number = Promise = null; Function.prototype.call = null; "
    "RegExp.prototype.exec = null; Object.defineProperty(Array.prototype, 0, { set() { throw new Error('set') } });"
)


def test_patched_prototypes_change_no_report(engine: Engine) -> None:
    assert call(engine, f"{PATCHES}\nfunction f(a) {{ return {{ a, b: 'c' }} }}", "f(1)").value == {"a": 1, "b": "c"}


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("function f() { for (;;); }", "exhausted"),
        ("function f() { for (;;) console.log('x'.repeat(1000)) }", "exhausted"),
        ("async function f() { for (;;) await 1 }", "exhausted"),
        ("function f() { return new Promise(() => setInterval(() => {}, 1)) }", "exhausted"),
        ("function f() { return f() }", "raised"),
        ("function f() { return new Proxy({}, { ownKeys() { throw new Error('trap') } }) }", "raised"),
        ("class Trap { get message() { throw 1 } } function f() { throw new Trap() }", "raised"),
        ("class Trap { get stack() { for (;;); } } function f() { throw new Trap() }", "exhausted"),
        ("async function f() { (await import('qjs:std')).exit(0) }", "died"),
    ],
)
def test_hostile_calls_end(engine: Engine, code: str, status: str) -> None:
    bad, good = run(engine, f"{code}\nfunction g() {{ return 1 }}", "f()", "g()").outcomes
    assert (bad.status, good.value) == (status, 1)


def test_memory_is_bounded(engine: Engine) -> None:
    code = "function f() { const all = []; for (;;) all.push(new ArrayBuffer(1 << 20)) }"
    result = run(engine, code, "f()", limits=ProcessLimits(memory=64 << 20))
    assert result.outcomes[0].status != "returned"
    assert result.memory is not None
    assert result.memory <= 64 << 20


def test_a_candidate_that_reads_requests_finds_its_own_alone(engine: Engine) -> None:
    code = (
        "async function f() { const os = await import('qjs:os'); const buffer = new ArrayBuffer(1000);"
        "const size = os.read(4, buffer, 0, 1000);"
        "return String.fromCharCode(...new Uint8Array(buffer, 0, Math.max(0, size))) }"
    )
    assert call(engine, code, "f()").value == ""


def test_a_report_in_the_place_of_the_harness_gains_no_work(engine: Engine) -> None:
    forge = (
        'import * as os from \'qjs:os\'; const line = \'{"call":0,"ended":"returned","value":1}\\n\';'
        "const bytes = Uint8Array.from(line, (c) => c.charCodeAt(0)).buffer;"
        "export function f(n) { os.write(5, bytes, 0, bytes.byteLength); for (let i = 0; i < n; i++); return 1 }"
    )
    honest = "export function f(n) { for (let i = 0; i < n; i++); return 1 }"
    counted = [run(engine, code, "f(10000)", measured=True) for code in (forge, honest)]
    assert lacking(counted[0]) == "the module qjs:os"
    sly = forge.replace("import * as os from 'qjs:os';", "const os = await import('qjs:os');")
    fuel = run(engine, sly, "f(10000)", measured=True).outcomes[0].fuel
    honest_fuel = counted[1].outcomes[0].fuel
    assert fuel and honest_fuel and fuel > honest_fuel
