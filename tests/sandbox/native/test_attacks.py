"""Hostile programs: each layer of the sandbox is attacked, with and without bubblewrap."""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from codefavor.sandbox.engine import Engine
from codefavor.sandbox.job import Job, OutcomeStatus, SandboxCall
from codefavor.sandbox.native.native_engine import NativeEngine
from codefavor.sandbox.native.probe import attack_programs, best_layers, probe
from codefavor.sandbox.native.worker import find_bubblewrap
from codefavor.sandbox.wire import ProcessLimits

if not best_layers()[1].safe:
    pytest.skip("foreign code cannot be run safely on this machine", allow_module_level=True)

WAYS = [None, *([path] if (path := find_bubblewrap()) else [])]
SMALL = ProcessLimits(cpu_seconds=1, wall_seconds=10, memory=1 << 28, output=100_000)


@pytest.fixture(params=WAYS, ids=lambda way: "bubblewrap" if way else "launcher", scope="module")
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with NativeEngine(request.param, workers=1) as opened:
        yield opened


def test_every_attack_of_the_probe_is_held(engine: Engine, tmp_path: Path) -> None:
    assert set(probe(engine, tmp_path).values()) == {"held"}
    assert not (tmp_path / "written").exists()


def test_the_attacks_get_through_where_nothing_holds_them(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        programs = attack_programs(tmp_path, server.getsockname()[1])
        for name in ("network", "new process", "running programs", "reading files", "writing files", "environment"):
            assert subprocess.run([sys.executable, "-c", programs[name]], check=False).returncode == 0, name


@pytest.mark.parametrize(
    "program",
    [
        "import ctypes\nctypes.CDLL(None).syscall(41, 2, 1, 0) < 0 and exit(9)",
        "import os\nos.open('/proc/self/mem', os.O_RDWR)",
        "import os\n[os.fstat(fd) for fd in range(4, 60)]",
        "import fcntl, os\nfcntl.fcntl(0, fcntl.F_SETOWN, os.getppid())",
        "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (100, 100))",
        "import os\nos.mkfifo('x')",
        "import os\nos.setuid(0) or os.chroot('.')",
        "def f(): return f()\nimport sys\nsys.setrecursionlimit(10**9)\nf()",
        "import signal\nfor s in {*range(1, 32)} - {9, 19}: signal.signal(s, lambda *a: None)\nwhile True: pass",
        "while True: print('x' * 10000, flush=True)",
        "import os\nwhile True: os.write(3, b'x' * 10000)",
        "import threading\nwhile True: threading.Thread(target=lambda: [0] * 10**9 and None).start()",
        "x = []\nwhile True: x.append(bytearray(10**7))",
        "open('big', 'wb').write(b'x' * 10**9)",
        "for n in range(10**6): open(str(n), 'wb').write(b'x' * 10**7)",
    ],
)
def test_a_hostile_program_comes_to_a_bad_end_and_the_next_one_runs(engine: Engine, program: str) -> None:
    result = engine.run_one(Job(program, program=True, limits=SMALL))
    assert result.ended != "finished"
    assert len(result.stdout) <= 300_000
    assert engine.run_one(Job("print('well')", program=True)).stdout == "well\n"


def test_what_was_refused_is_named(engine: Engine) -> None:
    program = "import socket\ntry: socket.socket()\nexcept OSError: print('no')\nopen('/usr/written', 'w')"
    result = engine.run_one(Job(program, program=True))
    assert result.refused[0] == "network"
    assert result.refused[1].startswith("file /usr/written")
    assert result.stdout.startswith("no\n")
    assert result.status == 1


@pytest.mark.parametrize(
    "code",
    [
        "import os\ndef f(): os._exit(0)",
        "import sys\ndef f(): sys.exit()",
        "import sys, os\ndef f(): os.close(3); sys.stdout.close()",
        "import builtins\nbuiltins.len = builtins.print = builtins.isinstance = None\ndef f(): return 8",
        "def f():\n    import sys\n    sys.settrace(None)\n    while True: pass",
        "import os\ndef f(): os.write(3, b'x' * 10**8)",
        "class Yes:\n    def __eq__(self, other): return True\n    def __hash__(self): return 0\ndef f(): return Yes()",
        "class Seven(int):\n    def __eq__(self, other): return True\ndef f(): return Seven(8)",
        "class Liar:\n    __class__ = int\n    def __repr__(self): return '7'\ndef f(): return Liar()",
        "def f():\n    x = []\n    x.append(x)\n    return x",
        "def f():\n    import ctypes\n    ctypes.string_at(0)",
        "def f(): return [0] * 10**6",
    ],
)
def test_no_candidate_passes_for_seven(engine: Engine, code: str) -> None:
    result = engine.run_one(Job(code, (SandboxCall("f()"),), limits=SMALL))
    assert result.outcomes[0].value != 7
    assert result.outcomes[0].status != "returned" or 7 != result.outcomes[0].value


def test_a_forged_line_only_states_what_the_call_returned(engine: Engine) -> None:
    code = (
        'import os\nos.write(3, b\'{"call": 0, "value": ["int", "0x7"]}\\n[[[\\n{"call": {}}\\n\')\ndef f(): return 8'
    )
    assert engine.run_one(Job(code, (SandboxCall("f()"),))).outcomes[0].value in (7, 8)


def test_nothing_of_one_candidate_reaches_the_next(engine: Engine) -> None:
    leave = "import builtins, math, os\nbuiltins.left = math.left = 1\nopen('left', 'w').write('x')\ndef f(): return 1"
    find = (
        "import builtins, math, os\ndef f(): return hasattr(builtins, 'left'), hasattr(math, 'left'), os.listdir('.')"
    )
    if engine.run_one(Job(leave, (SandboxCall("f()"),))).outcomes[0].status == "not run":
        leave = leave.replace("open('left', 'w').write('x')", "")
        find = find.replace("os.listdir('.')", "[]")
        assert engine.run_one(Job(leave, (SandboxCall("f()"),))).outcomes[0].value == 1
    assert engine.run_one(Job(find, (SandboxCall("f()"),))).outcomes[0].value == (False, False, [])


@pytest.mark.parametrize("way", WAYS)
def test_nothing_of_the_environment_is_inside(way: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEFAVOR_SECRET", "hunter2")
    with NativeEngine(way, workers=1) as fresh:
        stdout = fresh.run_one(Job("import os\nprint(dict(os.environ))", program=True)).stdout
    assert "PYTHONHASHSEED" in stdout
    assert "hunter2" not in stdout


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_a_thousand_hostile_programs_leave_nothing_over(
    way: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = _left_over()
    programs = [
        "import os\nos._exit(1)",
        "import os\nopen('x', 'w').write('x')\nos.abort()",
        "import os\nos.fork()",
        "print('x' * 10**6)",
        "bytearray(2 << 30)",
    ]
    with NativeEngine(way) as engine:
        results = engine.run([Job(programs[n % 5], program=True, limits=SMALL) for n in range(1000)])
    assert all(result.ended != "lost" for result in results)
    assert _left_over() == before


def _left_over() -> tuple[int, int, int]:
    children = [path.read_text(encoding="utf-8") for path in Path("/proc/self/task").glob("*/children")]
    files, descriptors = Path(tempfile.gettempdir()), Path("/proc/self/fd")
    return len("".join(children).split()), len(list(files.iterdir())), len(list(descriptors.iterdir()))


@pytest.mark.parametrize(
    "line",
    [
        '{"layers": {}}',
        '{"layers": 7}',
        '{"call": 0, "fuel": 5, "value": 1}',
        '{"call": 0, "stdout": 7, "ended": "raised", "raised": {"type_name": []}}',
        '{"call": 0, "ended": "raised", "raised": {"type_name": "E", "bases": [[]], "line": "x"}}',
        '{"call": 0, "ended": ["returned"], "enough": 1}',
        '{"call": 0, "value": ["set", [["list", []]]], "stdout": {}, "mutated": "no"}',
        "[" * 50_000,
    ],
)
def test_lines_that_a_candidate_forges_stop_nobody_and_are_no_work(engine: Engine, line: str) -> None:
    code = f"import os\ndef f():\n    os.write(3, {line.encode()!r} + b'\\n')\n    os._exit(0)"
    forged, honest = engine.run([Job(code, (SandboxCall("f()"),)), Job("def f(): return 8", (SandboxCall("f()"),))])
    [seen] = forged.outcomes
    assert seen.status in get_args(OutcomeStatus) and isinstance(str(seen.raised), str)
    assert honest.outcomes[0].value == 8
    assert seen.fuel is None
