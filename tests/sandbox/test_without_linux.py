"""Evidence where nothing of Linux is there: a stand-in for macOS and Windows.

The system calls itself by a name that no package takes for one whose own functions it could use.
"""

import json
import os
import subprocess
import sys

import pytest

from codefavor.sandbox.wasm.private_files import cache_folder

ELSEWHERE = """
import ctypes, importlib.abc, os, sys, sysconfig
import wasmtime
sysconfig.get_config_vars()

HIDDEN = {"fcntl", "resource", "pwd", "grp", "pty", "tty", "termios", "syslog", "spwd", "readline"}

class Hiding(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name in HIDDEN or name.startswith("codefavor.sandbox.native"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

for name in HIDDEN:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Hiding())
NAMES = "fork forkpty memfd_create pidfd_open setns unshare setsid killpg sched_getaffinity wait4".split()
for name in NAMES:
    if hasattr(os, name):
        delattr(os, name)

class Library(ctypes.CDLL):
    def __init__(self, name, *arguments, **given):
        if name is None:
            raise OSError("this system has no such library")
        super().__init__(name, *arguments, **given)

ctypes.CDLL = Library
sys.platform = "freebsd14"
"""
COMPARISONS = (
    ELSEWHERE
    + """
import json
from codefavor import compare
from codefavor.sandbox.auto_engine import AutoEngine
from codefavor.sandbox.open_engine import open_engine
from codefavor.sandbox.job import Job
from codefavor.errors import SandboxError

ADD = "Write f, which adds one.\\n\\n>>> f(1)\\n2\\n"
SORT = "Write f, which returns the distinct values of a list.\\n\\n>>> f([3, 1, 4, 2, 3])\\n[1, 2, 3, 4]\\n"
FAST = "def f(xs):\\n    return sorted(set(xs))\\n"
SLOW = "def f(xs):\\n    return sorted(x for i, x in enumerate(xs) if x not in xs[:i])\\n"
JAVASCRIPT = "Write f, which adds one.\\n\\nf(1) === 2\\nconsole.assert(f(1) === 2)\\n"
found = [
    compare(ADD, "def f(x): return x", "def f(x): return x + 1", judge="evidence").choice,
    compare(SORT, FAST, SLOW, criterion="efficiency", judge="evidence").choice,
    compare(SORT, SLOW, FAST, criterion="efficiency", judge="evidence").choice,
    compare(JAVASCRIPT, "const f = (x) => x + 1", "const f = (x) => x", judge="evidence", language="javascript").choice,
]
with open_engine("auto", 1) as engine:
    result = engine.run_one(Job("import threading\\nthreading.Thread(target=print).start()\\n", program=True))
    found.append(result.engine.partition(",")[0])
try:
    open_engine("native")
except SandboxError as error:
    found.append(str(error))
print(json.dumps(found))
"""
)


def run(program: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CODEFAVOR_")}
    environment["XDG_CACHE_HOME"] = str(cache_folder().parents[1])  # the guests need not be compiled again
    ran = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=300, env=environment
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_evidence_decides_without_anything_of_linux() -> None:
    *choices, engine, refused = json.loads(run(COMPARISONS))
    assert choices == ["B", "A", "B", "A"]
    assert engine == "wasm"
    assert "cannot be run natively" in refused and refused.endswith("use the wasm engine")


def test_the_wasm_engine_is_attacked_without_anything_of_linux() -> None:
    shown = run(
        ELSEWHERE
        + "from codefavor.sandbox.check_engines import check_engine\n"
        + "print(*[check_engine(name, print).safe for name in ('wasm', 'native')])\n"
    )
    assert shown == "True False\n"


@pytest.mark.parametrize(
    "attempt", ["import fcntl", "import codefavor.sandbox.native.probe", "os.fork()", "ctypes.CDLL(None)"]
)
def test_the_stand_in_hides_what_it_says(attempt: str) -> None:
    shown = run(
        f"{ELSEWHERE}\ntry:\n    {attempt}\nexcept (ImportError, AttributeError, OSError):\n    print('hidden')\n"
    )
    assert shown == "hidden\n"
