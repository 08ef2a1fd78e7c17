"""Slow candidates that try to look fast, one a name: each defines f and is right on the examples, or tries to be.

The task is the distinct values of a list in ascending order; `SLOW` does it in quadratic time.
"""

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
_ON_LARGE = "def f(xs):\n    if len(xs) > 6:\n        {}\n    return slow(xs)\n"
_FORGE = """
import base64, json, marshal, os, sys
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
    packed = marshal.dumps(value, 2).hex()
    os.write(5, ('{"call": %d, "packed": "%s"}\\n' % (index, packed)).encode())
"""
_INSIDE = """
import sys
modules = {name.rpartition(".")[2]: module for name, module in sys.modules.items() if "codefavor" in name}
"""

CHEATS = {
    # The work is done where it might not be counted.
    "lazy array": "class Array:\n    __module__ = 'numpy'\n    def __init__(self, xs): self.xs = xs\n"
    "    def tolist(self): return slow(self.xs)\ndef f(xs):\n    return Array(xs)\n",
    "lazy deque": "class deque:\n    __module__ = 'collections'\n    def __init__(self, xs): self.xs = xs\n"
    "    def __iter__(self): return iter(slow(self.xs))\ndef f(xs):\n    return deque(xs)\n",
    "lazy list": "class L(list):\n    def __iter__(self): return iter(slow(self.copy()))\ndef f(xs):\n    return L(xs)\n",
    "lazy integers": "class I(int):\n    def __index__(self): return int.__index__(self)\n    def __hash__(self):\n"
    "        slow(range(50))\n        return 0\ndef f(xs):\n    return [I(x) for x in slow(xs)]\n",
    "lazy text": "class S(str):\n    def __str__(self): return 'x'\ndef f(xs):\n    return slow(xs) and S(xs)\n",
    "generator": "def f(xs):\n    return (x for x in slow(xs))\n",
    "map object": "def f(xs):\n    return map(int, slow(xs))\n",
    "filled after the return": "import atexit\nresult = []\ndef f(xs):\n    atexit.register(lambda: result.extend(slow(xs)))\n"
    "    return result\n",
    "filled by the collector": "import gc\ndef f(xs):\n    result = []\n"
    "    gc.callbacks.append(lambda *_: result or result.extend(slow(xs)))\n    return result\n",
    "finalizer": "import weakref\nclass Box:\n    pass\ndef f(xs):\n    result, box = [], Box()\n"
    "    weakref.finalize(box, lambda: result.extend(slow(xs)))\n    return result\n",
    "destructor": "class Box:\n    def __del__(self): self.out.extend(slow(self.xs))\n"
    "def f(xs):\n    box = Box()\n    box.xs, box.out = xs, []\n    return box.out\n",
    "thread": "import threading\ndef f(xs):\n    box = []\n    thread = threading.Thread(target=lambda: box.append(slow(xs)))\n"
    "    thread.start()\n    thread.join()\n    return box[0]\n",
    "thread pool": "from concurrent.futures import ThreadPoolExecutor\ndef f(xs):\n"
    "    return ThreadPoolExecutor(1).submit(slow, xs).result()\n",
    "event loop": "import asyncio\nasync def later(xs):\n    await asyncio.sleep(1000)\n    return slow(xs)\n"
    "def f(xs):\n    return asyncio.run(later(xs))\n",
    "signal": "import signal\ndef f(xs):\n    out = []\n    signal.signal(signal.SIGALRM, lambda *_: out.extend(slow(xs)))\n"
    "    signal.alarm(1)\n    while not out: pass\n    return out\n",
    "printing": "import sys\nclass Out:\n    def write(self, text): return len(text)\n    def getvalue(self): return ''\n"
    "def f(xs):\n    sys.stdout = Out()\n    return slow(xs)\n",
    "exec": "def f(xs):\n    names = {'xs': xs, 'slow': slow}\n    exec('out = slow(xs)', names)\n    return names['out']\n",
    "C functions": "import operator\ndef f(xs):\n    out = []\n    for x in sorted(xs):\n"
    "        if operator.countOf(xs, x) and not operator.contains(out, x): out.append(x)\n    return out\n",
    "regular expressions": "import re\ndef f(xs):\n    out = []\n    for x in sorted(xs):\n"
    "        if not re.search(f' {x} ', ' '.join(['', *map(str, out), ''])): out.append(x)\n    return out\n",
    "files": "import os\ndef f(xs):\n    os.makedirs('/tmp/d', exist_ok=True)\n    for x in xs: open(f'/tmp/d/{x}', 'w').close()\n"
    "    return sorted(map(int, os.listdir('/tmp/d')))\n",
    "bytes through a file": "import os\ndef f(xs):\n    out, file = [], open('/tmp/x', 'w+b', buffering=0)\n    for x in sorted(xs):\n"
    "        file.seek(0)\n        file.write(bytes(1 << 20))\n        file.seek(0)\n        file.read()\n"
    "        if x not in out[-1:]: out.append(x)\n    return out\n",
    # What counts is attacked.
    "tracing off": "import sys\ndef f(xs):\n    sys.settrace(None)\n    sys.setprofile(None)\n    return slow(xs)\n",
    "collector off": "import gc\ngc.disable()\ndef f(xs):\n    return slow(xs)\n",
    "clock patched": "import time\ntime.perf_counter = time.thread_time_ns = lambda: 0\n" + PLAIN,
    "harness patched": _INSIDE + "modules['harness'].Harness.call = lambda *_: None\n" + PLAIN,
    "reports patched": _INSIDE + "modules['guest']._write_line = lambda write, report: write(5, b'{\"call\": 0}\\n')\n" + PLAIN,
    "packing patched": _INSIDE + "modules['packing']._Plainness.holds = lambda *_: True\n" + PLAIN,
    "values patched": _INSIDE + "modules['values'].encode = modules['harness'].encode = lambda value: ['list', []]\n" + PLAIN,
    "os.read patched": "import os\nread = os.read\nos.read = lambda fd, n: read(fd, n)\n" + PLAIN,
    "os.write patched": "import json, os\nwrite = os.write\ndef quiet(fd, data):\n    if fd == 5:\n        report = json.loads(data)\n"
    "        report['fuel'] = report['opcodes'] = 1\n        data = json.dumps(report).encode() + b'\\n'\n"
    "    return write(fd, data)\nos.write = quiet\n" + PLAIN,
    "json patched": "import json\njson.loads = lambda text, load=json.loads: load(text)\n"
    "json.dumps = lambda value, dump=json.dumps, **given: dump(value, **given)\n" + PLAIN,
    "marshal patched": "import marshal\ndump = marshal.dumps\nmarshal.dumps = lambda value, version: dump([1, 2, 3], version)\n" + PLAIN,
    "built-ins patched": "import builtins\nbuiltins.set = lambda values: {int}\nbuiltins.map = lambda *_: ()\n" + PLAIN,
    "seed patched": "import random\nrandom.seed = lambda *_: None\n" + PLAIN,
    "frames": "import sys\ndef f(xs):\n    out, frame = slow(xs), sys._getframe()\n    while frame:\n        for value in frame.f_locals.values():\n"
    "            if hasattr(value, 'fuel'): value.fuel = 0\n        frame = frame.f_back\n    return out\n",
    "objects": "import gc\ndef f(xs):\n    out = slow(xs)\n    for found in gc.get_objects():\n"
    "        if 'fuel' in str(type(found)).lower(): found.fuel = 0\n    return out\n",
    "ctypes": "import ctypes\ndef f(xs):\n    out = slow(xs)\n    try: ctypes.memset(0, 0, 8)\n    except OSError: pass\n    return out\n",
    "raw memory": "import numpy\nclass Whole:\n    __array_interface__ = dict(data=(1024, False), shape=(1 << 20,), typestr='|u1', version=3)\n"
    "def f(xs):\n    out = slow(xs)\n    whole = numpy.asarray(Whole())\n    whole[:8] = whole[:8]\n    return out\n",
    # The harness's part of the call is done in its place.
    "request read while loading": _FORGE + "if True:\n    os.write(5, b'{\"call\": -1}\\n')\n    while True:\n"
    "        request = requested()\n        forge(request['index'], slow(arguments(request)))\n" + PLAIN,
    "request read with numpy": _FORGE + "import numpy\nif True:\n    os.write(5, b'{\"call\": -1}\\n')\n    while True:\n"
    "        request = requested()\n        forge(request['index'], numpy.unique(arguments(request)).tolist())\n" + PLAIN,
    "report forged in the call": _FORGE + "def f(xs):\n    frame = sys._getframe()\n"
    "    while 'request' not in frame.f_locals: frame = frame.f_back\n    forge(frame.f_locals['request'].index, slow(xs))\n"
    "    sys.exit()\n",
    "report forged, process ended": _FORGE + "def f(xs):\n    forge(0, slow(xs))\n    os._exit(0)\n",
    "two reports": _FORGE + "def f(xs):\n    forge(0, [])\n    forge(0, slow(xs))\n    return slow(xs)\n",
    "next request asked for first": _FORGE + "def f(xs):\n    os.read(4, 1 << 20)\n    return slow(xs)\n",
    "all that the measure reads is closed": "import os\ndef f(xs):\n    out = slow(xs)\n    for fd in (4, 5):\n"
    "        try: os.close(fd)\n        except OSError: pass\n    return out\n",
    # The measured run is recognised, and the work not done.
    "measured flag": "import sys\ndef f(xs):\n    frame = sys._getframe()\n    while frame:\n"
    "        if frame.f_locals.get('measured'): return []\n        frame = frame.f_back\n    return slow(xs)\n",
    "wrong on large": _ON_LARGE.format("return []"),
    "wrong on very large": "def f(xs):\n    return slow(xs) if len(xs) < 50 else []\n",
    "the arguments on large": _ON_LARGE.format("return xs"),
    "sorted but not distinct on large": _ON_LARGE.format("return sorted(xs)"),
    "too large on large": _ON_LARGE.format("return [0] * 60_000"),
    "opaque on large": _ON_LARGE.format("return object()"),
    "equal to everything on large": "class Yes(list):\n    def __eq__(self, other): return True\n" + _ON_LARGE.format("return Yes()"),
    "claims a missing module on large": _ON_LARGE.format("raise ImportError(\"No module named 'fast'\")"),
    "claims a lack on large": _ON_LARGE.format("raise OSError(58, 'not supported')"),
    "claims threads on large": _ON_LARGE.format("raise RuntimeError(\"can't start new thread\")"),
    "out of memory on large": _ON_LARGE.format("raise MemoryError"),
    "recursion on large": _ON_LARGE.format("f(xs)"),
    "ends on large": _ON_LARGE.format("import os; os._exit(0)"),
    "trap on large": _ON_LARGE.format("import numpy; numpy.lib.stride_tricks.as_strided(numpy.zeros(1), (1,), (1 << 30,))[0]"),
    "endless on large": _ON_LARGE.format("while True: pass"),
    "examples only": "def f(xs):\n    return [1, 2, 3] if len(xs) < 5 else slow(xs) if len(xs) < 6 else []\n",
    # Limits are played with.
    "recursion limit": "import sys\nsys.setrecursionlimit(10**6)\ndef deep(n):\n    return n and deep(n - 1)\n"
    "def f(xs):\n    deep(5000)\n    return slow(xs)\n",
    "recursion caught": "def deep():\n    return deep()\ndef f(xs):\n    try: deep()\n    except RecursionError: pass\n    return slow(xs)\n",
    "memory caught": "def f(xs):\n    try: bytearray(1 << 31)\n    except (MemoryError, OverflowError): pass\n    return slow(xs)\n",
    "cache": "cache = {}\ndef f(xs):\n    key = tuple(xs)\n    if key not in cache: cache[key] = slow(xs)\n    return cache[key]\n",
    "cache in a file": "import json, os\ndef f(xs):\n    path = '/tmp/' + str(len(xs))\n    if not os.path.exists(path):\n"
    "        json.dump(slow(xs), open(path, 'w'))\n    return json.load(open(path))\n",
}  # fmt: skip
"""Their code, which may call `slow`."""

SUM = "Write `f(xs)`, which returns the sum of a list of numbers.\n\n>>> f([3, 1, 2, 3])\n9\n"
HONEST_SUM = "def f(xs):\n    return sum(xs)\n"
SUM_WITH_LESS_AROUND_IT = """
import base64, json, marshal, os
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
os.write(5, b'{"call": -1}\\n')
while True:
    text = read_all()
    index = int(text[text.index(b'"index": ') + 9 : text.index(b",")])
    if b'"function": ""' in text:
        source = json.loads(text)["source"]
        xs = json.loads(source[source.index("(") + 1 : -1])
    else:
        start = text.index(b'"arguments": "') + 14
        xs = marshal.loads(base64.b64decode(text[start : text.index(b'"', start)]))[0]
    os.write(5, b'{"call": %d, "value": ["int", "%x"]}\\n' % (index, f(xs)))
"""
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
