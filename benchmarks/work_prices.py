"""What C functions cost in bytecode instructions, by callgrind: the source of the prices in `sandbox/inside/prices.py`.

Every expression is run under callgrind (`apt-get install valgrind`) on 100 and on 3,100 elements; the slope is what an
element costs, in machine instructions, and in bytecode instructions of the kind that the reference loop is made of.

    python benchmarks/work_prices.py
"""

import argparse
import os
from concurrent.futures import ThreadPoolExecutor

from callgrind import instructions_of

SMALL, LARGE = 100, 3100
_TIMES = 10
_NUMBERS = "xs = [(i * 7919) % 10007 for i in range(n)]"
_TEXT = "s = 'abcdefghij' * (n // 10)"
_WORDS = "ws = ['w%d' % (i % 97) for i in range(n)]"
_SETS = f"{_NUMBERS}; a = set(xs); b = set(xs)"
REFERENCE = "a bytecode instruction"
REFERENCE_INSTRUCTIONS = 13
"""Bytecode instructions in a round of the reference loop."""
CASES: dict[str, tuple[str, str]] = {
    REFERENCE: ("", "a = b = 1\n    for i in range(n):\n        a = a + i; b = b ^ a; c = a > b"),
    "list of a list": (_NUMBERS, "list(xs)"),
    "set of a list": (_NUMBERS, "set(xs)"),
    "Counter of a list": (f"from collections import Counter; {_NUMBERS}", "Counter(xs)"),
    "sum": (_NUMBERS, "sum(xs)"),
    "max": (_NUMBERS, "max(xs)"),
    "sorted, in order before": ("xs = list(range(n))", "sorted(xs)"),
    "sorted, at random": (_NUMBERS, "sorted(xs)"),
    "in a list": (_NUMBERS, "-1 in xs"),
    "list.count": (_NUMBERS, "xs.count(5)"),
    "slice of a list": (_NUMBERS, "xs[1:]"),
    "list.insert at 0": (_NUMBERS, "xs.insert(0, 1); xs.pop()"),
    "list of a zip": (_NUMBERS, "list(zip(xs, xs))"),
    "list of a range": ("", "list(range(n))"),
    "map of str": (_NUMBERS, "list(map(str, xs))"),
    "str.join": (_WORDS, "''.join(ws)"),
    "str.split": (f"{_WORDS}; t = ' '.join(ws)", "t.split()"),
    "str.count": (_TEXT, "s.count('c')"),
    "str.lower": (_TEXT, "s.lower()"),
    "text in a text": (_TEXT, "'jz' in s"),
    "slice of a text": (_TEXT, "s[1:]"),
    "set & set": (_SETS, "a & b"),
    "heapify": (f"from heapq import heapify; {_NUMBERS}", "heapify(xs[:])"),
    "re.findall": (f"import re; {_TEXT}", "re.findall('c', s)"),
}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=list(CASES), choices=list(CASES), help="these alone")
    names = parser.parse_args().only
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        slopes = dict(zip(names, threads.map(lambda name: slope(*CASES[name]), names), strict=True))
    unit = slopes.get(REFERENCE, 0.0) / REFERENCE_INSTRUCTIONS
    print("| an element of | machine instructions | bytecode instructions |\n|---|---|---|")
    for name, found in slopes.items():
        print(f"| {name} | {found:.1f} | {f'{found / unit:.2f}' if unit and name != REFERENCE else '–'} |")


def slope(setup: str, expression: str) -> float:
    """Return the machine instructions of one more element."""
    small, large = (instructions_of(f"n = {n}\n{setup}", expression, _TIMES) for n in (SMALL, LARGE))
    return (large - small) / (LARGE - SMALL)


if __name__ == "__main__":
    main()
