"""Commit-Instruct over the loopback server: is every seed accounted for, how fast, and in how much memory?

    PYTHONPATH=src:tests python benchmarks/evolve_loopback.py --seeds 10000 --concurrency 256 --latency 3

The server answers by script after a fixed latency and, by a seeded schedule, refuses, breaks, cuts and delays answers.
The rate that latency allows is concurrency / latency; a fault costs its retry. No model is involved.

Recorded on 2 cores with the defaults, the run having priority over other work (load average 4): 10,000 of 10,000 seeds
accounted for (8,526 kept, 1,474 discarded), 32,640 requests of which 1,284 faulted, none answered twice, 256 in flight
at most; 410 s, start-up, filters, deduplication and all files included: 79.6 requests a second, 93% of the 85.3 that
latency allows. The largest process took 127 MB; 244 s of processor time, server and client together, which is what
sets the limit for servers that answer faster than in about 2 s.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from loopback.faults import USUAL, Schedule
from loopback.process import LoopbackProcess


def write_seeds(path: Path, count: int) -> None:
    """Write EditPackFT rows that all pass the seed filter."""
    with path.open("w", encoding="utf-8") as out:
        for n in range(count):
            head = f"def area_{n}(width, height):\n"
            before = f"    total = 0\n    for _ in range(height):\n        total += width + {n}\n    return total\n"
            row = {
                "commit": f"{n:040x}",
                "old_file": "area.py",
                "old_contents": head + before,
                "new_contents": f"{head}    return (width + {n}) * height\n",
                "message": f"Multiply instead of adding up in area_{n}",
                "lang": "Python",
                "license": "mit",
                "repos": "example/area",
            }
            out.write(json.dumps(row) + "\n")


def command(seeds: Path, url: str, out: Path, concurrency: int) -> list[str]:
    """Return the command line of a run."""
    verb = [sys.executable, "-m", "codefavor", "evolve", "commit-instruct"]
    return [
        *verb,
        *("--edit-pack", str(seeds), "--critic", "vllm/critic", "--base-url", url),
        *("--out", str(out), "--concurrency", str(concurrency)),
    ]


def main() -> None:
    """Run once and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=10_000)
    parser.add_argument("--concurrency", type=int, default=256)
    parser.add_argument("--latency", type=float, default=3.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seeds, out = Path(folder, "seeds.jsonl"), Path(folder, "run")
        write_seeds(seeds, options.seeds)
        with LoopbackProcess("loopback.critic:answer", options.latency, Schedule(USUAL, seed=1)) as server:
            started = time.monotonic()
            asked = command(seeds, server.url, out, options.concurrency)
            subprocess.run(asked, check=True, env={**os.environ, "OPENAI_API_KEY": "unused"})
            elapsed = time.monotonic() - started
            stats = server.stats()
        summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    allowed = options.concurrency / options.latency
    rate = stats["requests"] / elapsed
    accounted = summary["kept"] + summary["discarded"]
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    lines = (
        f"{accounted} of {options.seeds} seeds accounted for: {summary['kept']} kept, {summary['discarded']} dropped",
        f"{stats['requests']} requests in {elapsed:.0f} s: {rate:.1f}/s, {rate / allowed:.0%} of {allowed:.1f}/s",
        f"faults {stats['faults']}; answered twice: {stats['repeated']}; most in flight: {stats['peak']}",
        f"largest process: {used.ru_maxrss / 1024:.0f} MB; processor time {used.ru_utime + used.ru_stime:.0f} s",
    )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
