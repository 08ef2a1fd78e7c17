"""Before and after of every operator that rewrites code as it stands; woven steps are tested by their contract."""

import ast
from random import Random

import pytest

from codefavor.evolve.regress_evol.catalogue import CATALOGUE
from codefavor.evolve.regress_evol.inserted_step import InsertedStep
from codefavor.evolve.regress_evol.snippet import Snippet

LOOP = "def f(xs):\n    total = 0\n    for x in xs:\n        total += x\n    return total"
REWRITES = {
    # operator: (good or found code, what the new code may hold)
    "boundary-shifted": ("def f(a, b):\n    return a < b", ["a <= b"]),
    "comparison-flipped": ("def f(a, b):\n    return a == b", ["a != b"]),
    "condition-inverted": ("def f(a):\n    if not a:\n        return 1", ["if a:"]),
    "connective-swapped": ("def f(a, b):\n    return a and b", ["a or b"]),
    "branches-swapped": ("def f(a):\n    return 1 if a else 2", ["2 if a else 1"]),
    "guard-dropped": ("def f(a):\n    if a is None:\n        return 0\n    return a.b", ["def f(a):\n    return a.b"]),
    "condition-narrowed": (
        "def f(a, b):\n    if a:\n        return 1",
        ["if a and b", "if a and (not b)", "if a or b", "or not b"],
    ),
    "condition-part-dropped": ("def f(a, b):\n    return a and b", ["return a", "return b"]),
    "identity-for-equality": ("def f(a, b):\n    return a == b", ["a is b"]),
    "constant-off-by-one": ("def f(a):\n    return a * 3", ["a * 4", "a * 2"]),
    "slice-off-by-one": ("def f(a):\n    return a[1:]", ["a[2:]", "a[0:]"]),
    "range-off-by-one": ("def f(n):\n    return range(n + 1)", ["range(n)", "range(1, n + 1)"]),
    "index-off-by-one": ("def f(a):\n    return a[-1]", ["a[-2]"]),
    "arithmetic-swapped": ("def f(a, b):\n    return a + b", ["a - b"]),
    "operands-swapped": ("def f(a, b):\n    return a - b", ["b - a"]),
    "default-changed": ("def f(a=None):\n    return a", ["a=[]", "a={}", "a=0"]),
    "arguments-swapped": ("def f(a, b, g):\n    return g(a, b)", ["g(b, a)"]),
    "twin-called": ("def f(a):\n    return min(a)", ["max(a)"]),
    "sort-direction-changed": ("def f(a):\n    return sorted(a)", ["sorted(a, reverse=True)"]),
    "bytes-for-text": ("def f(a):\n    return a.encode()", ["return a"]),
    "copy-dropped": ("def f(a):\n    return a.copy()", ["return a"]),
    "missing-key-unhandled": ("def f(a, k):\n    return a.get(k, 0)", ["a[k]"]),
    "return-dropped": ("def f(a):\n    return a + 1", ["    a + 1", "result = a + 1"]),
    "return-too-early": (LOOP, ["        total += x\n        return total"]),
    "accumulator-reset": (LOOP, ["for x in xs:\n        total = 0"]),
    "accumulator-overwritten": (LOOP, ["        total = x"]),
    "step-repeated": (LOOP, ["        total += x\n        total += x"]),
    "step-dropped": (LOOP, ["for x in xs:\n        pass"]),
    "jump-swapped": ("def f(a):\n    for x in a:\n        if x:\n            break", ["continue"]),
    "loop-never-ends": ("def f(n):\n    while n:\n        n -= 1", ["pass", "n = n"]),
    "error-swallowed": ("def f(g):\n    return g()", ["except"]),
    "wrong-error-caught": (
        "def f(d):\n    try:\n        return d[0]\n    except KeyError:\n        return 1",
        ["IndexError"],
    ),
    "await-dropped": ("async def f(g):\n    return await g()", ["return g()"]),
    "truncated": ("def f(a):\n    b = a\n    c = b\n    d = c\n    return d", ["d = c", "c = b"]),
    "wrong-variable": ("def f(a, b):\n    return a", ["return b"]),
    "name-undefined": ("def f(value):\n    return value", ["values", "value_", "new_value", "_value", "valu", "alue"]),
    "import-missing": ("import re\n\ndef f(a):\n    return re.escape(a)", ["def f(a)"]),
    "import-wrong": ("from re import escape\n\ndef f(a):\n    return escape(a)", ["import re\n", "escape as _escape"]),
    "argument-dropped": ("def f(a, b, g):\n    return g(a, b)", ["g(a)"]),
    "unset-variable": ("def f(a, b):\n    c = a\n    return c", ["    if b:\n        c = a"]),
    "list-for-set": ("def f(a):\n    return a in {1, 2}", ["[1, 2]", "(1, 2)"]),
    "set-for-list": ("def f(a):\n    return a in [1, 2, 3]", ["{1, 2, 3}"]),
    "collected-by-hand": (
        "def f(a):\n    s = set()\n    for x in a:\n        s.add(x)",
        ["if x not in s:\n            s.append(x)"],
    ),
    "needless-copy": ("def f(a):\n    for x in a:\n        print(x)", ["in list(", "in [*a]", "in tuple(a)"]),
    "copy-removed": ("def f(a):\n    return sum([x for x in a])", ["sum((x for x in a))"]),
    "deep-copied": ("def f(a):\n    return list(a)", ["deepcopy(a)"]),
    "stream-collected": ("def f(a):\n    return sum((x for x in a))", ["sum([x for x in a])"]),
    "keys-listed": (
        "def f(a, k):\n    return k in a",
        ["list(a)", "[key for key in a]", "list(a.keys())", "sorted(a)"],
    ),
    "membership-by-count": ("def f(a, k):\n    return k in a", ["a.count(k) > 0", "len([x for x in a if x == k]) > 0"]),
    "shifted-list": ("def f(q):\n    return q.popleft()", ["q.pop(0)"]),
    "counted-by-scan": ("from collections import Counter\n\ndef f(a):\n    return Counter(a)", ["count(x)"]),
    "comprehension-to-copying-loop": ("def f(a):\n    return [x for x in a]", ["for x in a"]),
    "loop-to-comprehension": ("def f(a, r):\n    for x in a:\n        r.append(x)", ["r.extend((x for x in a))"]),
    "join-to-concatenation": ("def f(a):\n    return ''.join(a)", ["text + piece", "text += piece"]),
    "invariant-recomputed": ("def f(a):\n    n = len(a)\n    for x in a:\n        print(n)", ["print(len(a))"]),
    "work-moved-into-loop": (
        "def f(a):\n    n = g(a)\n    for x in a:\n        print(n)",
        ["for x in a:\n        n = g(a)"],
    ),
    "sorted-in-loop": (
        "def f(a, r):\n    for x in a:\n        r.append(x)",
        ["r.sort()", "r = sorted(r)", "r = list(r)"],
    ),
    "early-exit-removed": (
        "def f(a):\n    for x in a:\n        if x:\n            return x\n    return 0",
        ["found = x"],
    ),
    "index-searched": ("def f(a):\n    for i, x in enumerate(a):\n        print(i, x)", ["i = a.index(x)"]),
    "counted-while-loop": ("def f(n):\n    for i in range(n):\n        print(i)", ["while i < n"]),
    "bound-loosened": ("def f(n):\n    return range(2, n // 2)", ["range(2, n)"]),
    "sorted-for-extreme": ("def f(a):\n    return min(a)", ["sorted(a)[0]"]),
    "builtin-written-out": ("def f(a):\n    return sum(a)", ["for value in a"]),
    "short-circuit-lost": ("def f(a):\n    return any((x for x in a))", ["[1 for x in a if x]"]),
    "memo-removed": ("from functools import lru_cache\n\n@lru_cache\ndef f(n):\n    return n", ["def f(n)"]),
    "memo-added": ("def f(n):\n    return f(n - 1)", ["lru_cache(maxsize=None)"]),
    "formula-as-loop": ("def f(n):\n    return n ** 2", ["sum((n for _ in range(n)))"]),
    "chain-by-sum": ("def f(a, b):\n    a.extend(b)", ["a = a + list(b)", "for item in b"]),
    "text-method-replaced": ("def f(a, b):\n    return a.startswith(b)", ["re.match", "a[:len(b)]", "a.find(b)"]),
    "heap-or-search-replaced": ("import heapq\n\ndef f(a):\n    return heapq.nsmallest(2, a)", ["sorted(a)[:2]"]),
    "call-repeated": ("def f(a):\n    n = g(a)\n    return n + n", ["g(a) + n"]),
    "hash-weakened": ("import hashlib\n\ndef f(a):\n    return hashlib.sha256(a)", ["md5", "sha1"]),
    "hash-strengthened": ("import hashlib\n\ndef f(a):\n    return hashlib.md5(a)", ["sha", "blake2b"]),
    "random-to-secrets": (
        "import random\n\ndef f(a):\n    return random.choice(a)",
        ["secrets.choice", "SystemRandom"],
    ),
    "process-through-shell": (
        "import subprocess\n\ndef f(a):\n    return subprocess.run(a)",
        ["shell=True", "os.system"],
    ),
    "shell-to-process": (
        "import os\n\ndef f(a):\n    return os.system(a)",
        ["subprocess.run(shlex.split(a), check=True)"],
    ),
    "eval-to-literal": ("def f(a):\n    return eval(a)", ["ast.literal_eval(a)"]),
    "eval-for-parsing": ("def f(a):\n    return int(a)", ["eval(a)"]),
    "pickle-to-json": ("import pickle\n\ndef f(a):\n    return pickle.loads(a)", ["json.loads(a)"]),
    "check-asserted": ("def f(a):\n    if not a:\n        raise ValueError('no')", ["assert a, 'no'"]),
    "assert-to-check": ("def f(a):\n    assert a, 'no'", ["if not a:"]),
    "input-check-dropped": (
        "def f(a):\n    if not a:\n        raise ValueError('no')\n    return a",
        ["def f(a):\n    return a"],
    ),
    "plain-transport": ("def f():\n    return 'https://a.b'", ["http://a.b"]),
    "escape-dropped": ("import html\n\ndef f(a):\n    return html.escape(a)", ["return a"]),
    "errors-ignored": ("def f(a):\n    try:\n        a()\n    except OSError:\n        raise", ["pass"]),
}
WOVEN = [operator for operator in CATALOGUE.values() if isinstance(operator, InsertedStep)]


def test_every_operator_is_tested_here() -> None:
    assert set(REWRITES) | {operator.name for operator in WOVEN} == set(CATALOGUE)


@pytest.mark.parametrize("name", REWRITES)
def test_the_new_code_is_changed_as_expected(name: str) -> None:
    operator, (before, after) = CATALOGUE[name], REWRITES[name]
    snippet = Snippet(before)
    changes = operator.changes(snippet, Random(1))
    assert changes, "nothing found to change"
    change = changes[-1]
    text = snippet.text_with(
        change.node, change.worse if change.better is None else change.better, operator.settles_imports
    )
    assert text != snippet.text()
    ast.parse(text)
    assert any(expected in text for expected in after), text
    assert snippet.text() == ast.unparse(ast.parse(before)), "the original must stay as it was"


@pytest.mark.parametrize("operator", WOVEN, ids=lambda operator: operator.name)
def test_a_woven_step_asks_for_one_job_on_both_sides(operator: InsertedStep) -> None:
    code = "def host(first, second):\n    total = first\n    return total"
    for seed in range(12):
        snippet = Snippet(code)
        [change] = operator.changes(snippet, Random(seed))
        assert change.task and change.better is not None
        assert "{" not in change.task and "INPUT" not in change.task
        sides = [snippet.text_with(change.node, side) for side in (change.better, change.worse)]
        assert sides[0] != sides[1]
        for side in sides:
            ast.parse(side)
            assert "INPUT" not in side and "RESULT" not in side
            assert "total = first" in side and "return total" in side


def test_an_aspect_has_at_least_a_dozen_operators() -> None:
    for aspect in ("correctness", "efficiency", "security"):
        assert sum(operator.aspect == aspect for operator in CATALOGUE.values()) >= 12
