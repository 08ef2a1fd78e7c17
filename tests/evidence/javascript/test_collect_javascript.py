"""Two JavaScript candidates are run and compared: examples, behaviour, work, circumstances; cheats do not win."""

from collections.abc import Iterator

import pytest

from codefavor.evidence.collect import collect
from codefavor.evidence.decision import Decision, decide
from codefavor.evidence.wanted import wanted_for
from codefavor.pairs.circumstance import CircumstanceCode
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.evidence import Evidence, IncidentCode
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.open_engine import open_engine

LARGEST = "Return the largest number of a list.\n\nlargest([1, 3, 2]) // 3\nlargest([5]) // 5"
GOOD = "const largest = (list) => Math.max(...list);"
BAD = "function largest(list) { return list[0] }"
DUPLICATES = "Are there duplicates?\n\nhasDuplicates([3, 1, 2, 4]) === false\nhasDuplicates([7, 5, 9]) === false"
QUADRATIC = (
    "function hasDuplicates(list) {\n  for (let i = 0; i < list.length; i++)\n"
    "    for (let j = i + 1; j < list.length; j++) if (list[i] === list[j]) return true;\n  return false;\n}"
)
LINEAR = "module.exports = (list) => new Set(list).size !== list.length;"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine("wasm", 2) as opened:
        yield opened


def evidence(
    engine: Engine, instruction: str, code_a: str, code_b: str, aspect: Aspect = Aspect.CORRECTNESS
) -> Evidence:
    comparison = Comparison(
        instruction=instruction,
        criterion=criterion_for(aspect),
        code_a=code_a,
        code_b=code_b,
        language="javascript",
    )
    return collect(engine, comparison, wanted_for(aspect, 0))


def decision(
    engine: Engine, instruction: str, code_a: str, code_b: str, aspect: Aspect = Aspect.CORRECTNESS
) -> Decision:
    decided = decide(aspect, evidence(engine, instruction, code_a, code_b, aspect))
    swapped = decide(aspect, evidence(engine, instruction, code_b, code_a, aspect))
    assert swapped == Decision({"A": "B", "B": "A"}[decided.side] if decided.side else None, decided.kind)  # type: ignore[arg-type]
    return decided


@pytest.mark.parametrize(
    ("instruction", "good", "bad"),
    [
        (LARGEST, GOOD, BAD),
        ("assert.deepStrictEqual(pair(1), [1, 1])", "const pair = (x) => [x, x]", "const pair = (x) => [x]"),
        (
            "console.log(greet('Bob')); // Hello, Bob!",
            "function greet(n) { return `Hello, ${n}!` }",
            "function greet() {}",
        ),
        ("half(1) // 0.5", "export default (x) => x / 2", "export default (x) => Math.floor(x / 2)"),
        (
            "check(-1) // throws RangeError",
            "function check(x) { if (x < 0) throw new RangeError('x') }",
            "function check() {}",
        ),
        ("expect(find({ a: 1 })).toBeUndefined()", "function find() {}", "function find() { return null }"),
        ("assert(roll() > 0)", "exports.roll = () => 1", "exports.roll = () => 0"),
        ("wait(2) // 4", "const wait = async (x) => x * 2", "const wait = async (x) => x"),
        ("count('aab') // { a: 2, b: 1 }", "const count = (s) => ({ b: 1, a: 2 })", "const count = (s) => ({ a: 2 })"),
        (
            "Input: list = [2, 1]\nOutput: [1, 2]",
            "function order(list) { return list.sort() }",
            "function order(list) {}",
        ),
    ],
)
def test_examples_decide(engine: Engine, instruction: str, good: str, bad: str) -> None:
    assert decision(engine, instruction, good, bad) == Decision("A", "examples")


def test_witnesses_are_written_in_javascript(engine: Engine) -> None:
    bad = evidence(engine, "f([1]) // [1, null]", "const f = () => [1, null]", "const f = () => [true, undefined]").b
    failed = bad.examples_failed[0]
    assert (failed.call, failed.expected, failed.got.text) == ("f([1])", "[1, null]", "[true, undefined]")


def test_code_that_does_not_load_loses(engine: Engine) -> None:
    assert decision(engine, LARGEST, GOOD, "function largest(list) {") == Decision("A", "loading")


def test_an_undefined_name_on_inputs_like_the_examples_decides(engine: Engine) -> None:
    bad = "function largest(list) { return list.length > 3 ? max(list) : Math.max(...list) }"
    found = evidence(engine, LARGEST, GOOD, bad)
    assert found.b.incidents[0].code is IncidentCode.UNDEFINED_NAME
    assert decision(engine, LARGEST, GOOD, bad) == Decision("A", "incidents")


def test_a_result_of_another_type_decides(engine: Engine) -> None:
    bad = "const largest = (list) => (list.length > 3 ? undefined : Math.max(...list))"
    assert decision(engine, LARGEST, GOOD, bad) == Decision("A", "incidents")


def test_examples_that_both_fail_are_in_doubt(engine: Engine) -> None:
    found = evidence(engine, "largest([1]) // 7", GOOD, BAD)
    assert found.has_circumstance(CircumstanceCode.EXAMPLES_IN_DOUBT)
    assert not found.a.examples_failed


def test_differences_on_generated_inputs_are_told(engine: Engine) -> None:
    found = evidence(
        engine,
        "order([2, 1]) // [1, 2]",
        "const order = (a) => [...a].sort()",
        "const order = (a) => [...a].sort((x, y) => x - y)",
    )
    assert found.differences
    assert found.differences[0].call.startswith("order([")


@pytest.mark.parametrize(
    "code",
    [
        "const _ = require('lodash'); const largest = (list) => _.max(list)",
        "const largest = (list) => structuredClone(list).sort().pop()",
    ],
)
def test_what_the_guest_lacks_counts_for_nobody(engine: Engine, code: str) -> None:
    found = evidence(engine, LARGEST, code, BAD)
    assert found.has_circumstance(CircumstanceCode.NOT_RUN)
    assert decision(engine, LARGEST, code, BAD) == Decision()


def test_less_work_decides(engine: Engine) -> None:
    assert decision(engine, DUPLICATES, LINEAR, QUADRATIC, Aspect.EFFICIENCY) == Decision("A", "work")


def test_a_small_difference_of_work_decides_nothing(engine: Engine) -> None:
    indexed = (
        "function largest(list) { let m = list[0]; for (let i = 1; i < list.length; i++)"
        " if (list[i] > m) m = list[i]; return m }"
    )
    each = "function largest(list) { let m = list[0]; for (const x of list) m = x > m ? x : m; return m }"
    assert decision(engine, LARGEST, indexed, each, Aspect.EFFICIENCY) == Decision()


def test_work_is_the_same_in_every_run(engine: Engine) -> None:
    runs = [evidence(engine, DUPLICATES, LINEAR, QUADRATIC, Aspect.EFFICIENCY) for _ in range(2)]
    assert runs[0] == runs[1]


def test_security_is_not_analysed(engine: Engine) -> None:
    found = evidence(engine, LARGEST, GOOD, BAD, Aspect.SECURITY)
    assert found.has_circumstance(CircumstanceCode.LANGUAGE_NOT_ANALYSED)


WRITE = (
    "const os = await import('qjs:os');\nconst write = (line) => {\n"
    "  const bytes = Uint8Array.from(`${line}\\n`, (c) => c.charCodeAt(0)).buffer;\n"
    "  os.write(5, bytes, 0, bytes.byteLength);\n};\n"
)
EARLY_REPORT = f"{WRITE}const report = () => write(JSON.stringify({{ call: 0, ended: 'returned', value: false }}));"
FORGED = (
    "const std = await import('qjs:std'), out = std.fdopen(5, 'w');\n"
    "function forge(list) {\n"
    "  const index = Math.round(Math.log(list.length / 3) / Math.log(4));\n"
    """  const value = `["list",[["int","${list.map((x) => x.toString(16)).join('"],["int","')}"]]]`;\n"""
    """  out.puts(`{"call":${index},"ended":"returned","value":${value}}\\n`);\n  out.flush();\n}\n"""
)
CHEATS = {
    "stringify": "JSON.stringify = () => '3'; const largest = () => undefined;",
    "prototypes": "Array.prototype.map = Array.prototype.join = () => '3'; const largest = () => [];",
    "value that claims equality": "const largest = () => ({ valueOf: () => 3, toString: () => '3', toJSON: () => 3 });",
    "proxy": "const largest = (list) => new Proxy(list, { get: () => 3 });",
    "getters": "class Box { get value() { throw 3 } } const largest = () => new Box();",
    "recursion": "const largest = (list) => largest(list);",
    "loop": "const largest = () => { for (;;); };",
    "output": "const largest = () => { for (;;) console.log('3'.repeat(1e6)) };",
    "exit": "const largest = () => process.exit(0);",
    "real exit": "const std = await import('qjs:std'); const largest = () => std.exit(0);",
    "closed reports": "const os = await import('qjs:os'); const largest = () => os.close(5);",
    "read requests": "const os = await import('qjs:os'); const largest = () => os.read(4, new ArrayBuffer(99), 0, 99);",
    "broken report": WRITE + "const largest = () => write(JSON.stringify({ call: 0, value: ['int', 'zz'] }));",
    "raised at load": "throw 3;",
}


@pytest.mark.parametrize("code", CHEATS.values(), ids=CHEATS.keys())
def test_a_cheat_does_not_win(engine: Engine, code: str) -> None:
    assert decision(engine, LARGEST, GOOD, code).side == "A"


@pytest.mark.parametrize(
    "cheat",
    [
        # The report comes before the work.
        f"{EARLY_REPORT}\nexport default (list) => {{ report(); return slow(list) }};",
        # The result comes at once, the work later.
        "module.exports = async (list) => { await 0; return slow(list) };",
        "module.exports = (list) => ({ then: (done) => done(slow(list)) });",
        # The clock and the counters of the interpreter are no part of the measure.
        "Date.now = performance.now = () => 0; module.exports = (list) => slow(list);",
    ],
)
def test_a_cheat_on_work_does_not_win(engine: Engine, cheat: str) -> None:
    code = f"{cheat}\n{QUADRATIC.replace('hasDuplicates', 'slow')}"
    assert decision(engine, DUPLICATES, LINEAR, code, Aspect.EFFICIENCY).side == "A"


@pytest.mark.parametrize(
    "cheat",
    [
        # The report in the place of the harness spares it the work of encoding the result.
        f"{FORGED}export function copy(list) {{ forge(list); std.exit(0) }}",
        f"{FORGED}export function copy(list) {{ forge(list) }}",
        # A hook for stack traces is shown no function of the harness.
        "let found; Error.prepareStackTrace = (_, frames) => (found = frames.map((f) => f.getFunction?.()));\n"
        "function copy(list) { new Error().stack; found?.at(-2)?.(0, () => [list]); return null }",
        # The arguments are not read by an `eval` of its own.
        "globalThis.eval = () => [[1]]; function copy(list) { return list.slice() }",
        "Array.prototype.slice = null; Reflect.apply = () => []; function copy(list) { return list.concat(null) }",
    ],
)
def test_the_harness_cannot_be_replaced(engine: Engine, cheat: str) -> None:
    honest = "function copy(list) { const all = []; for (const x of list) all.push(x); return all }"
    assert decision(engine, "copy([1, 2, 3]) // [1, 2, 3]", cheat, honest, Aspect.EFFICIENCY).side != "A"
