"""`python -m loopback --latency 0.5 --fault rate-limit=0.01`: prints the server's address, then serves until ended."""

import argparse
import asyncio
import importlib
import sys
from contextlib import suppress

from loopback.faults import FAULTS, Schedule
from loopback.server import Tally, serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="loopback", description=__doc__)
    parser.add_argument("--answer", default="loopback.answers:echo", help="the answer function, module:function")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--fault", action="append", default=[], help=f"KIND=SHARE, with KIND of {', '.join(FAULTS)}")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--in-a-row", type=int, default=2, help="the most faults for one request")
    parser.add_argument("--retry-after", type=float, default=1.0, help="seconds told with a 429")
    parser.add_argument("--slow-seconds", type=float, default=1.0, help="seconds over which a slow answer trickles in")
    options = parser.parse_args()
    module, _, function = options.answer.partition(":")
    answer = getattr(importlib.import_module(module), function)
    shares = {fault: float(share) for fault, _, share in (entry.partition("=") for entry in options.fault)}
    schedule = Schedule(shares, options.seed, options.in_a_row, options.retry_after, options.slow_seconds)

    def ready(port: int) -> None:
        sys.stdout.write(f"http://127.0.0.1:{port}\n")
        sys.stdout.flush()

    with suppress(KeyboardInterrupt):
        asyncio.run(serve(answer, options.latency, schedule, Tally(), ready))


if __name__ == "__main__":
    main()
