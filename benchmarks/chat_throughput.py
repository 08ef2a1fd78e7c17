"""How close the concurrency loop comes to what latency allows: two-turn conversations against the loopback server.

Run by hand, on a quiet machine:

    PYTHONPATH=src:tests python benchmarks/chat_throughput.py --conversations 10000 --latency 1.0

The server runs in its own process and goes wrong by a seeded schedule (1% 429 with Retry-After, 3% other faults).
Latency allows `concurrency / latency` requests a second; every faulted request counts as one that was made. What was
measured stands in chat_throughput.md.
"""

import argparse
import asyncio
import resource
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from codefavor.llm import batch
from codefavor.llm.answers import AnswerFile
from codefavor.llm.cached import Cached
from codefavor.llm.load import load_model
from codefavor.llm.prices import FREE
from codefavor.llm.protocol import ChatModel, GenerationConfig, Message
from codefavor.llm.rate_limit import RateLimit, RateLimitSettings
from codefavor.llm.rate_limited_model import RateLimitedModel
from codefavor.llm.usage_budget import UsageBudget
from loopback.faults import USUAL, Schedule
from loopback.process import LoopbackProcess

CONFIG = GenerationConfig(max_tokens=1000)
SCHEDULE = Schedule({**USUAL, "hang": 0.0005}, seed=1)


async def converse(model: ChatModel, number: int) -> str:
    """Hold one conversation of two turns over a text of 400 words."""
    asked = Message(role="user", content=f"{number} " + "word " * 400)
    first = await model.complete((asked,), CONFIG)
    turns = (asked, Message(role="assistant", content=first.text), Message(role="user", content="Go on."))
    return (await model.complete(turns, CONFIG)).text


async def measure(url: str, answers: AnswerFile, conversations: int, concurrency: int) -> tuple[Counter[str], float]:
    """Return how the conversations ended and the seconds that all of them took."""
    pacer = RateLimit(RateLimitSettings(concurrency=concurrency, timeout_seconds=15))
    model = Cached(RateLimitedModel(load_model("vllm/m", [url]), pacer, UsageBudget(), FREE), answers)
    ended: Counter[str] = Counter()
    start = time.perf_counter()
    async for outcome in batch.run(range(conversations), lambda number: converse(model, number), concurrency):
        ended[type(outcome).__name__] += 1
    seconds = time.perf_counter() - start
    await model.aclose()
    return ended, seconds


def main() -> None:
    """Measure once and print one line a figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--concurrency", type=int, default=256)
    parser.add_argument("--latency", type=float, default=1.0, help="seconds")
    options = parser.parse_args()
    with TemporaryDirectory() as folder, LoopbackProcess(latency=options.latency, schedule=SCHEDULE) as server:
        with AnswerFile(Path(folder) / "answers.sqlite") as answers:
            ended, seconds = asyncio.run(measure(server.url, answers, options.conversations, options.concurrency))
        stats = server.stats()
    allowed = options.concurrency / options.latency
    own_seconds = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(
        f"ended: {dict(ended)}\nserver: {stats}\n{stats['requests'] / seconds:.0f} requests/s of {allowed:.0f} that "
        f"latency allows ({stats['requests'] / seconds / allowed:.1%})\n{seconds:.1f} s, {own_seconds:.1f} s of them "
        f"computing ({1000 * own_seconds / stats['requests']:.2f} ms a request), {peak:.0f} MB at most\n"
    )


if __name__ == "__main__":
    main()
