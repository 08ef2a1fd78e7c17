"""A thousand hostile programs, and a thousand candidates that search for each other: how they end, what is left over.

PYTHONPATH=src:tests/sandbox/wasm python benchmarks/hostile_programs.py
"""

import resource
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from hostile_templates import CALL_FUEL, LIMITS, hostile_jobs

from codefavor.sandbox.job import JobResult
from codefavor.sandbox.wasm.guests import JAVASCRIPT, PYTHON
from codefavor.sandbox.wasm.probe import search_for_others
from codefavor.sandbox.wasm.runtimes import Runtimes
from codefavor.sandbox.wasm.wasm_engine import WasmEngine

_PROGRAMS = 1_000
_THIEVES = 1_000


def main() -> None:
    """Run all and print tables in Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder
        runtimes = Runtimes((PYTHON, JAVASCRIPT), print)
        with WasmEngine(runtimes) as engine:
            run_hostile(engine)
            started = time.perf_counter()
            for guest in (PYTHON, JAVASCRIPT):
                found = search_for_others(engine, runtimes, guest, _THIEVES)
                print(f"{_THIEVES:,} candidates that search for another's bytes, {guest.title}: {found}")
            print(f"in {time.perf_counter() - started:.0f} s")
        print(f"\nFiles left over: {len(list(Path(folder).iterdir()))}; threads: {threading.active_count() - 1}")
    print(f"Most memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10:,} MiB")


def run_hostile(engine: WasmEngine) -> None:
    """Run the hostile programs and print how each kind ended."""
    named = hostile_jobs(_PROGRAMS)
    started = time.perf_counter()
    results = engine.run([job for _, job in named])
    seconds = time.perf_counter() - started
    print("| kind | programs | loading or call ended | most fuel | most memory, MiB | longest, s |")
    print("|---|---|---|---|---|---|")
    for kind in dict.fromkeys(name for name, _ in named):
        own = [result for (name, _), result in zip(named, results, strict=True) if name == kind]
        ends = Counter(_end(result) for result in own)
        told = ", ".join(f"{end} {times}" for end, times in ends.most_common())
        fuel, memory = max(result.fuel or 0 for result in own), max(result.memory or 0 for result in own)
        longest = max(result.cpu_seconds for result in own)
        print(f"| {kind} | {len(own)} | {told} | {fuel:,} | {memory >> 20} | {longest:.2f} |")
    beyond = [
        name
        for (name, job), result in zip(named, results, strict=True)
        if (result.fuel or 0) > job.budget + CALL_FUEL
        or (result.memory or 0) > LIMITS.memory
        or result.ended in ("wall", "lost")
    ]
    print(f"\n{len(named):,} programs in {seconds:.0f} s; beyond their limits: {len(beyond)} {beyond[:5]}")


def _end(result: JobResult) -> str:
    """Return how the call ended, or loading where there was none."""
    ended = result.outcomes[0].status
    return f"loading {result.loading.status}" if ended == "not run" else ended


if __name__ == "__main__":
    main()
