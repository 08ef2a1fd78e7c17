"""Whether the fuel of equal runs is equal: 50 programs, 20 runs each, in four processes, while other processes compute.

Programs use what could differ from run to run: hashes, the clock, random numbers, files, sorting, big integers, regular
expressions, JSON, event loops, garbage, exceptions, numpy.

    PYTHONPATH=src python benchmarks/fuel_repeats.py
"""

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager

from codefavor.sandbox.job import Job, SandboxCall
from codefavor.sandbox.open_engine import open_engine

_PROCESSES, _RUNS = 4, 5
_BUDGET = 20_000_000_000
BODIES = {
    "sum": "return sum(range({n}))",
    "sort": "return sorted(range({n}), key=lambda i: -i)[:3]",
    "set of texts": "return len({{str(i) for i in range({n})}})",
    "order of a set": "return list({{str(i) for i in range({n})}})[:5]",
    "dictionary": "return len({{i % 97: i for i in range({n})}})",
    "text": "return len(''.join(str(i) for i in range({n})))",
    "big integers": "return len(hex(3 ** {n}))",
    "matrix": "return [[i * j for i in range(30)] for j in range({n} // 30)][-1][:3]",
    "recursion": "f = lambda n: n if n < 2 else f(n - 1) + f(n - 2)\n    return f(12 + {n} % 7)",
    "cached recursion": (
        "import functools\n    f = functools.lru_cache(None)(lambda n: n if n < 2 else f(n - 1) + f(n - 2))\n"
        "    return f(300 + {n} % 400)"
    ),
    "regular expression": "import re\n    return len(re.findall('(a|b)+c', 'abac' * ({n} // 4)))",
    "backtracking": "import re\n    return re.match('(a+)+$', 'a' * 14 + '!' * ({n} % 3 + 1))",
    "JSON": "import json\n    return len(json.dumps(json.loads(json.dumps(list(range({n}))))))",
    "random": "import random\n    return sum(random.random() for _ in range({n}))",
    "unseeded": "import random\n    return random.Random().random() + {n}",
    "unique": "import uuid\n    return str(uuid.uuid4()) + '{n}'",
    "clock": "import time\n    return [time.time() for _ in range({n} // 10)][-1]",
    "sleep": "import time\n    time.sleep({n})\n    return time.monotonic()",
    "date": "import datetime\n    return str(datetime.datetime.now()) + '{n}'",
    "file": (
        "import tempfile\n    with tempfile.TemporaryFile('w+') as f:\n"
        "        f.write('x' * {n})\n        return f.tell()"
    ),
    "event loop": "import asyncio\n    return asyncio.run(asyncio.sleep({n}, 'done'))",
    "garbage": (
        "x = []\n    for i in range({n}):\n        x = [x] if i % 50 else []\n        x.append(x)\n    return {n}"
    ),
    "exceptions": (
        "c = 0\n    for i in range({n}):\n        try:\n            {{}}[i]\n"
        "        except KeyError:\n            c += 1\n    return c"
    ),
    "hash": "import hashlib\n    return hashlib.sha256(b'x' * {n}).hexdigest()",
    "numpy": "import numpy\n    return float(numpy.linalg.norm(numpy.arange({n} % 500 + 2.0)))",
}
SIZES = (1_000, 20_000)


def main() -> None:
    """Run everything and print a table in Markdown."""
    with multiprocessing.get_context("spawn").Pool(_PROCESSES) as processes, load():
        runs = [counts for batch in processes.map(fuel_of_all, range(_PROCESSES)) for counts in batch]
    print(f"{len(runs) * len(BODIES) * len(SIZES):,} runs of {len(BODIES) * len(SIZES)} programs\n")
    print("| program | n | fuel | different counts |\n|---|---|---|---|")
    for name, size in runs[0]:
        seen = {counts[name, size] for counts in runs}
        print(f"| {name} | {size:,} | {max(seen):,} | {len(seen)} |")


def fuel_of_all(_: int) -> list[dict[tuple[str, int], int]]:
    """Return the fuel of every program, once for every run."""
    jobs = {
        (name, size): Job(
            f"def f():\n    {body.format(n=size)}\n", (SandboxCall("f()", budget=_BUDGET),), measured=True
        )
        for name, body in BODIES.items()
        for size in SIZES
    }
    with open_engine("wasm") as engine:
        return [
            dict(zip(jobs, (one.outcomes[0].fuel or 0 for one in engine.run(list(jobs.values()))), strict=True))
            for _ in range(_RUNS)
        ]


@contextmanager
def load() -> Iterator[None]:
    """Keep two processes computing meanwhile."""
    others = [multiprocessing.Process(target=_compute, daemon=True) for _ in range(2)]
    for other in others:
        other.start()
    try:
        yield
    finally:
        for other in others:
            other.kill()


def _compute() -> None:
    while True:
        sum(range(100_000))


if __name__ == "__main__":
    main()
