"""Fifty clients at a served judge for a minute: what is lost or answered wrong, how long it takes, what memory.

Run: `PYTHONPATH=src python benchmarks/serve_load.py --judge model:FOLDER --pairs PAIRS.jsonl`. A real server in its own
process, the clients over loopback in this one, on the same machine, so that times include the clients' own waiting for
a core. Every answer is compared with the judge's own, given offline before. Results: `serve_load.md`.
"""

import argparse
import asyncio
import random
import re
import sys
import time
from pathlib import Path

import httpx2
import numpy as np

from codefavor.judges.both_orders import BothOrders
from codefavor.judges.load import load_judge
from codefavor.pairs.presentation import present
from codefavor.pairs.source import read_pairs
from codefavor.serve.messages import CompareAnswer, CompareRequest


def questions(path: Path, most: int) -> list[CompareRequest]:
    """Return a comparison for each of the first pairs, the better code on either side by turns."""
    found = []
    for number, pair in enumerate(read_pairs(path)):
        shown = pair.present("A" if number % 2 else "B").comparison
        aspect = shown.criterion.aspect
        criterion = aspect.value if aspect else shown.criterion.text
        found.append(
            CompareRequest(instruction=shown.instruction, code_a=shown.code_a, code_b=shown.code_b, criterion=criterion)
        )
        if len(found) == most:
            break
    return found


def offline(spec: str, asked: list[CompareRequest]) -> list[CompareAnswer]:
    """Return the judge's own answers."""
    shown = [present(each.comparison(), each.comments).comparison for each in asked]
    return [CompareAnswer.of(verdict) for verdict in BothOrders(load_judge(spec)).judge(shown)]


def resident(pid: int) -> float:
    """Return the megabytes of memory a process holds (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


class Tally:
    """What came back."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.wrong = 0
        self.refused = 0
        self.lost = 0
        self.memory: list[float] = []


async def client(
    http: httpx2.AsyncClient,
    number: int,
    asked: list[CompareRequest],
    own: list[CompareAnswer],
    until: float,
    tally: Tally,
) -> None:
    """Ask until the time is over."""
    rng = random.Random(number)
    bodies = [each.model_dump_json() for each in asked]
    while time.monotonic() < until:
        place = rng.randrange(len(asked))
        begun = time.perf_counter()
        try:
            response = await http.post(
                "/v1/compare", content=bodies[place], headers={"Content-Type": "application/json"}
            )
        except httpx2.HTTPError:
            tally.lost += 1
            continue
        tally.waits.append(time.perf_counter() - begun)
        if response.status_code != 200:
            tally.refused += 1
        elif CompareAnswer.model_validate_json(response.content) != own[place]:
            tally.wrong += 1


async def sample_memory(pid: int, until: float, tally: Tally) -> None:
    """Look at the server's memory every second."""
    while time.monotonic() < until:
        tally.memory.append(resident(pid))
        await asyncio.sleep(1)


async def run(spec: str, asked: list[CompareRequest], clients: int, seconds: float) -> None:
    """Serve, ask, and count."""
    own = offline(spec, asked)
    server = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "codefavor", "serve", "--judge", spec, "--port", "0"), stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout
    address = (await server.stdout.readline()).decode().strip()
    tally = Tally()
    limits = httpx2.Limits(max_connections=clients, max_keepalive_connections=clients)
    async with httpx2.AsyncClient(base_url=address, timeout=60, limits=limits) as http:
        until = time.monotonic() + seconds
        asking = (client(http, number, asked, own, until, tally) for number in range(clients))
        await asyncio.gather(sample_memory(server.pid, until, tally), *asking)
    server.terminate()
    await server.wait()
    median, p95, p99 = 1000 * np.quantile(tally.waits, [0.5, 0.95, 0.99])
    third = max(1, len(tally.memory) // 3)
    print(f"{len(tally.waits)} answers in {seconds:g} s to {clients} clients, {len(tally.waits) / seconds:.0f}/s")
    print(f"lost {tally.lost}, refused {tally.refused}, answered wrong {tally.wrong}")
    print(f"ms: p50 {median:.0f}, p95 {p95:.0f}, p99 {p99:.0f}")
    print(
        f"memory, MB: at first {tally.memory[0]:.0f}, most in the first third {max(tally.memory[:third]):.0f}, ", end=""
    )
    print(f"most in the last third {max(tally.memory[-third:]):.0f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--judge", required=True, help="model:FOLDER, shorter, ...")
    parser.add_argument("--pairs", type=Path, required=True, help="what is asked about")
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    options = parser.parse_args()
    asyncio.run(run(options.judge, questions(options.pairs, 500), options.clients, options.seconds))
