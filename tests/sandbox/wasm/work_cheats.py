"""Slow candidates that try to look fast: each defines f and is right on the examples, or tries to be.

The task is the distinct values of a list in ascending order; `SLOW` does it in quadratic time.
"""

from pathlib import Path

INSTRUCTION = (
    "Write `f(xs)`, which returns the distinct values of a list in ascending order.\n\n>>> f([3, 1, 2, 3])\n[1, 2, 3]\n"
)
HONEST = "def f(xs):\n    return sorted(set(xs))\n"
SLOW = """
def slow(xs):
    out = []
    for x in xs:
        if not any(x == y for y in out):
            out.append(x)
    for i in range(len(out)):
        for j in range(len(out) - 1):
            if out[j] > out[j + 1]:
                out[j], out[j + 1] = out[j + 1], out[j]
    return out
"""
PLAIN = "def f(xs):\n    return slow(xs)\n"
_TOKEN = """
import os, sys
frame = sys._getframe()
while not hasattr(frame.f_locals.get("load"), "token"):
    frame = frame.f_back
TOKEN = frame.f_locals["load"].token
def report(text):
    os.write(5, (TOKEN + text + "\\n").encode())
"""
"""It finds what every report begins with, in the frames of the harness."""
_FORGE = (
    _TOKEN
    + """
import base64, json, marshal
def requested():
    text = b""
    while not text.endswith(b"\\n"):
        part = os.read(4, 1 << 20)
        if not part:
            os._exit(0)
        text += part
    return json.loads(text)
def arguments(request):
    if request["function"]:
        return marshal.loads(base64.b64decode(request["arguments"]))[0]
    source = request["source"]
    return json.loads(source[source.index("(") + 1 : -1])
def forge(index, value):
    report('{"call": %d, "packed": "%s"}' % (index, marshal.dumps(value, 2).hex()))
"""
)
_INSIDE = """
import sys
modules = {name.rpartition(".")[2]: module for name, module in sys.modules.items() if "codefavor" in name}
"""

PARTS = {"@plain\n": PLAIN, "@forge\n": _FORGE, "@inside\n": _INSIDE}


def read_cheats() -> dict[str, str]:
    """Return the code of every cheat in the file beside this one, which may call `slow`; `@` names a part of it."""
    text = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
    for name, part in PARTS.items():
        text = text.replace(name, part)
    return dict(section.split("\n", 1) for section in text.removeprefix("=== ").split("\n=== "))


CHEATS = read_cheats()

SUM = "Write `f(xs)`, which returns the sum of a list of numbers.\n\n>>> f([3, 1, 2, 3])\n9\n"
HONEST_SUM = "def f(xs):\n    return sum(xs)\n"
SUM_WITH_LESS_AROUND_IT = (
    _TOKEN
    + """
import base64, json, marshal
def f(xs):
    return (sum(xs) + sum(xs)) // 2
def read_all():
    text = os.read(4, 1 << 20)
    while not text.endswith(b"\\n"):
        part = os.read(4, 1 << 20)
        if not part:
            os._exit(0)
        text += part
    return text
report('{"call": -1}')
while True:
    text = read_all()
    index = int(text[text.index(b'"index": ') + 9 : text.index(b",")])
    if b'"function": ""' in text:
        source = json.loads(text)["source"]
        xs = json.loads(source[source.index("(") + 1 : -1])
    else:
        start = text.index(b'"arguments": "') + 14
        xs = marshal.loads(base64.b64decode(text[start : text.index(b'"', start)]))[0]
    report('{"call": %d, "value": ["int", "%x"]}' % (index, f(xs)))
"""
)
"""It sums twice, and reads the request with less work than the harness would."""

SUMS = "Write `f(n)`, which sums i * j modulo 7 over all numbers i and j below n.\n\n>>> f(5)\n51\n>>> f(9)\n169\n"
HONEST_SUMS = "def f(n):\n    return sum(i * j % 7 for i in range(n) for j in range(n))\n"
SUMS_FORESEEN = """
def slow(n):
    total = 0
    for i in range(n):
        for j in range(n):
            total += i * j % 7
    return total
TABLE = {n: slow(n) for n in (5, 23, 83, 331, 9, 37, 149, 577)}
def f(n):
    return TABLE[n] if n in TABLE else slow(n)
"""
"""It does its work for the inputs that will come while it is loaded."""

WIDEST = (
    "Return the largest difference of neighbours, as max(x - y). Call it `widest`.\n\n>>> widest([1, 4, 2, 9])\n7\n"
)
HONEST_WIDEST = "def widest(xs):\n    return max(abs(x - y) for x, y in zip(xs, xs[1:]))\n"
WIDEST_UNDER_ANOTHER_NAME = "def max(xs):\n    return 7\ndef widest(xs):\n    return sorted(xs)[-1] - 2\n"
"""It is wrong, and has a fast function of a name that the instruction mentions."""
