"""Instances of one guest share its code and nothing else."""

from codefavor.sandbox.wasm.conversation import FueledRequest
from codefavor.sandbox.wasm.instance import run_instance
from codefavor.sandbox.wasm.runtime import Runtime
from codefavor.sandbox.wasm.ticks import Ticker
from codefavor.sandbox.wire import LoadRequest, ProcessLimits, to_json

LIMITS = ProcessLimits()


def run_program(python: Runtime, code: str, limits: ProcessLimits = LIMITS) -> str:
    request = FueledRequest(to_json(LoadRequest(code, program=True, measured=False)), 10_000_000_000)
    return run_instance(python, [request], limits).stdout


def test_what_runs_candidates_is_named_with_its_bytes_and_versions(python: Runtime) -> None:
    assert python.description.startswith(f"wasm, Python 3.15 ({python.guest.module.sha256[:12]}), wasmtime ")


def test_nothing_of_one_instance_reaches_the_next(python: Runtime, ticker: Ticker) -> None:
    leave = "import builtins, math\nbuiltins.left = math.left = 1\nopen('/tmp/left', 'w').write('x')\nprint('left')"
    find = "import builtins, math, os\nprint(hasattr(builtins, 'left'), hasattr(math, 'left'), os.listdir('/tmp'))"
    assert run_program(python, leave) == "left\n"
    assert run_program(python, find) == "False False []\n"


def test_two_instances_at_once_have_memories_of_their_own(python: Runtime) -> None:
    one, other = (python.instantiate(python.new_system("", {}, LIMITS), LIMITS, 1) for _ in range(2))
    before = other.memory.read(0, 4)
    one.memory.write(0, b"left")
    assert one.memory.read(0, 4) == b"left" and other.memory.read(0, 4) == before


def test_the_environment_clock_and_hashes_are_the_same_in_every_instance(python: Runtime, ticker: Ticker) -> None:
    program = (
        "import os, sys, time, random, uuid\n"
        "print(dict(os.environ), sys.argv, os.getcwd(), time.time(), random.random(), uuid.uuid4(), hash('x'))\n"
        "print({str(n) for n in range(9)}, id(object()))"
    )
    first, second = (run_program(python, program) for _ in range(2))
    assert first == second
    assert first.startswith(
        "{'PYTHONHASHSEED': '0', 'PWD': '/tmp', 'TMPDIR': '/tmp', 'LC_ALL': 'C.UTF-8'} [''] /tmp 17356896"
    )


def test_memory_past_the_limit_is_refused(python: Runtime, ticker: Ticker) -> None:
    program = (
        "try:\n    kept = [bytearray(10**6) for _ in range(n)]\n    print('had')\nexcept MemoryError: print('refused')"
    )
    small = ProcessLimits(memory=100 << 20)
    assert [run_program(python, f"n = {n}\n{program}", small) for n in (10, 100)] == ["had\n", "refused\n"]
