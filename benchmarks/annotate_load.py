"""How long 200 annotators at once wait for the study's server, and whether a vote is lost.

Run: `PYTHONPATH=src python benchmarks/annotate_load.py`. A real server in its own process, 200 clients over loopback in
this one, on the same machine. Each votes, waits for its next task, thinks for 15 seconds on average (the paper's people
took 7.8 minutes) and votes again; clients come in over the first 15 seconds.
Times are those of the client, from the vote
sent to the next task read, so that they include the client's own waiting for a core.

What was measured is in annotate_load.md.
"""

import asyncio
import os
import random
import re
import sys
import tempfile
import time
import uuid
from pathlib import Path

import httpx2
import numpy as np

from codefavor.annotate.store import Store
from codefavor.jsonl import write_records
from codefavor.pairs.criterion import Aspect, criterion_for
from codefavor.pairs.pair import PreferencePair, Provenance

ANNOTATORS, SECONDS, THINKING, TASKS = 200, 40.0, 15.0, 1364


def write_pairs(path: Path) -> None:
    """Write as many pairs as CodePrefBench has, of about its size (1,100 characters a pair)."""
    body = "".join(f"    if value % {k} == 0:\n        total += value * {k}\n" for k in range(2, 11))
    write_records(
        path,
        (
            PreferencePair(
                instruction=f"Add up what remains of {number}.",
                criterion=criterion_for(Aspect.CORRECTNESS),
                chosen=f"def total_of(value):\n    total = {number}\n{body}    return total\n",
                rejected=f"def total_of(value):\n    total = {number + 1}\n{body}    return value\n",
                provenance=Provenance(method="benchmark", source="load", source_id=str(number)),
            )
            for number in range(TASKS)
        ),
    )


async def annotate(address: str, number: int, until: float, waits: list[float], sent: list[str]) -> None:
    """Vote until the time is over."""
    rng = random.Random(number)
    await asyncio.sleep(THINKING * rng.random())
    async with httpx2.AsyncClient(base_url=address, timeout=30, verify=False) as client:
        page = await client.post("/enter", data={"who": f"annotator {number}"}, follow_redirects=True)
        found = re.search('data-form-token="([0-9a-f]+)"', page.text)
        assert found
        headers = {"X-Codefavor-Form": found[1]}
        state = (await client.get("/api/task", headers=headers)).json()
        while time.monotonic() < until and state["task"]:
            await asyncio.sleep(rng.expovariate(1 / THINKING))
            answer = {"key": str(uuid.uuid4()), "task": state["task"]["id"], "kind": "A", "confidence": "high"}
            begun = time.perf_counter()
            response = await client.post("/api/answer", json={**answer, "seconds": 1.0}, headers=headers)
            waits.append(time.perf_counter() - begun)
            response.raise_for_status()
            sent.append(answer["key"])
            state = response.json()


def cpu_seconds(process: int) -> float:
    """Return what a process has used of a core (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def run(folder: Path) -> None:
    """Serve, vote, kill the server, and count."""
    write_pairs(folder / "pairs.jsonl")
    store = folder / "votes.db"
    command = ["annotate", "--pairs", str(folder / "pairs.jsonl"), "--store", str(store), "--votes-per-task", "20"]
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "codefavor", *command, "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout
    address = (await server.stdout.readline()).decode().strip()
    begun = cpu_seconds(server.pid)
    waits: list[float] = []
    sent: list[str] = []
    until = time.monotonic() + SECONDS
    await asyncio.gather(*(annotate(address, number, until, waits, sent) for number in range(ANNOTATORS)))
    spent = cpu_seconds(server.pid) - begun
    server.kill()
    await server.wait()
    kept = Store.open(store)
    lost = set(sent) - {answer.key for answer in kept.answers()}
    kept.close()
    median, p95, p99 = 1000 * np.quantile(waits, [0.5, 0.95, 0.99])
    print(f"{len(sent)} votes, {len(sent) / SECONDS:.0f}/s; ms: p50 {median:.0f}, p95 {p95:.0f}, p99 {p99:.0f}")
    print(f"server: {1000 * spent / len(sent):.1f} ms of CPU a vote, sign-ins included")
    print(f"lost after kill -9: {len(lost)}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(run(Path(name)))
