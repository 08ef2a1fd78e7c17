"""Commit-Instruct's client loop beside the reference's, against the same loopback server, in one run.

    git clone of amazon-science/llm-code-preference somewhere outside this project, then
    PYTHONPATH=src:tests python benchmarks/reference_loop.py --reference CHECKOUT

Both get the same seeds, the same concurrency and the same latency; both ask three times a seed. The reference is run
from its checkout as it is: only its source of seeds is replaced by the file, and modules of hosted providers that it
imports and does not use here are left empty where they are not installed. Measured are requests a second over the
whole run, start-up included, processor time, and the largest proportional set size (PSS) of all processes together.

Recorded on 2 cores, both in one run with priority over other work (800 seeds, concurrency 64, latency 2 s, which allows
32 requests a second; no faults, as the reference would lose the seeds): each made 2,400 requests.

| client | requests/s | of what latency allows | processor time | memory |
|---|---|---|---|---|
| codefavor, start-up, filters and files included | 29.0 | 91% | 19.6 s | 82 MB |
| reference, a thread and a client a request | 25.1 | 78% | 66.7 s | 2,283 MB |
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from evolve_loopback import command, write_seeds

from loopback.process import LoopbackProcess

_REFERENCE = """
import importlib, json, sys, types
def anything(attribute):
    if attribute.startswith("__"):
        raise AttributeError(attribute)
    return lambda *arguments, **options: None
for name in ("boto3", "botocore", "botocore.config", "botocore.exceptions", "astor", "google", "google.generativeai",
             "dotenv", "stop_sequencer"):
    try:
        importlib.import_module(name)
    except ImportError:
        sys.modules[name] = types.ModuleType(name)
        sys.modules[name].__getattr__ = anything
import codefavor.prompt.commit_instruct
commit_instruct = sys.modules["codefavor.prompt.commit_instruct"]
rows = [json.loads(line) for line in open(sys.argv[1])]
commit_instruct.prepare_editpackft = lambda: {"python": rows}
commit_instruct.main(model_id="critic", model_type="openai", model_url=sys.argv[2], concurrency=int(sys.argv[3]))
"""


def measure(arguments: list[str], folder: Path, path: Path, url: str) -> dict[str, float]:
    """Run a client and return what it took: seconds, processor seconds, megabytes."""
    own = {"PYTHONPATH": str(path), "OPENAI_API_KEY": "unused", "OPENAI_BASE_URL": url, "NO_BASE_EOS": "1"}
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    process = subprocess.Popen(arguments, cwd=folder, env={**os.environ, **own}, stderr=subprocess.PIPE)
    assert process.stderr
    errors: list[bytes] = []
    stream = process.stderr
    reader = threading.Thread(target=lambda: errors.append(stream.read()))
    reader.start()
    largest = 0.0
    while process.poll() is None:
        largest = max(largest, pss_of_tree(process.pid))
        time.sleep(0.25)
    elapsed = time.monotonic() - started
    reader.join()
    if process.returncode:
        sys.exit(errors[0].decode(errors="replace")[-2000:])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    return {"seconds": elapsed, "processor": cpu, "megabytes": largest / 1024}


def pss_of_tree(root: int) -> float:
    """Return the proportional set size in kB of a process and all below it."""
    found, waiting = 0.0, [root]
    while waiting:
        process = Path("/proc", str(waiting.pop()))
        try:
            for task in (process / "task").iterdir():
                waiting += [int(child) for child in (task / "children").read_text().split()]
            for line in (process / "smaps_rollup").read_text().splitlines():
                found += float(line.split()[1]) if line.startswith("Pss:") else 0.0
        except (OSError, ValueError):
            continue
    return found


def main() -> None:
    """Run both and print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--latency", type=float, default=0.5)
    options = parser.parse_args()
    here = Path(__file__).resolve().parents[1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        seeds = folder / "seeds.jsonl"
        write_seeds(seeds, options.seeds)
        for who in ("codefavor", "reference"):
            with LoopbackProcess("loopback.critic:agree", options.latency) as server:
                if who == "codefavor":
                    asked = command(seeds, server.url, folder / "run", options.concurrency)
                    took = measure(asked, folder, here / "src", server.url)
                else:
                    values = (str(seeds), server.url, str(options.concurrency))
                    took = measure([sys.executable, "-c", _REFERENCE, *values], folder, options.reference, server.url)
                stats = server.stats()
            rate = stats["requests"] / took["seconds"]
            line = {"requests": stats["requests"], "rate": rate, "peak": stats["peak"], **took}
            sys.stdout.write(f"{who}: {json.dumps({key: round(value, 1) for key, value in line.items()})}\n")


if __name__ == "__main__":
    main()
