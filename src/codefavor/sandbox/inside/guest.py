"""The guest's side of the wasm engine: reads requests, has them done, writes reports. It runs inside the guest.

`prepare` runs once, before any candidate: the memory it leaves is what every instance begins with.
"""

import gc
import importlib
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from codefavor.sandbox.inside.harness import Harness
from codefavor.sandbox.wire import REPORTS, REQUESTS, CallReport, CallRequest, LoadRequest, to_json

_COMMON = (
    "abc array bisect cmath collections contextlib copy csv dataclasses datetime decimal enum fractions functools"
    " hashlib heapq inspect io itertools math numbers operator queue random re statistics string tempfile textwrap"
    " threading types typing unicodedata uuid"
)
_CHUNK = 1 << 16


def prepare() -> None:
    """Import what candidates often import, and give asyncio an event loop that needs no sockets."""
    for name in _COMMON.split():
        importlib.import_module(name)
    _give_asyncio_a_loop()
    os.chdir("/tmp")
    gc.collect()
    gc.freeze()


def serve() -> None:
    """Do what the host asks for, until it asks for nothing more."""
    read, write = os.read, os.write
    load = LoadRequest(**json.loads(_line(read)))
    report = partial(_write_line, write, load.token)
    harness = Harness(report)
    if load.program:
        sys.exit(harness.run_program(load.code))
    if harness.load(load.code):
        while line := _line(read):
            harness.call(CallRequest(**json.loads(line)), load.measured)


def _line(read: Callable[[int, int], bytes]) -> bytes:
    parts = []
    while part := read(REQUESTS, _CHUNK):
        parts.append(part)
        if part.endswith(b"\n"):
            break
    return b"".join(parts)


def _write_line(write: Callable[[int, bytes], int], token: str, report: CallReport) -> None:
    text = to_json(replace(report, packed=None))
    if report.packed is not None:
        text = f'{text[:-1]}, "packed": "{report.packed}"}}'  # json would look at each of the digits
    line = f"{token}{text}\n".encode()
    while line:
        line = line[write(REPORTS, line) :]


def _give_asyncio_a_loop() -> None:
    """Have asyncio wait by the clock alone: there are no sockets to wait for, not even its own."""
    import asyncio.selector_events as selector_events
    import selectors

    class ClockSelector(selectors.SelectSelector):
        def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
            if timeout is None:
                raise RuntimeError("the event loop waits for something that cannot happen")
            time.sleep(max(timeout, 0))
            return []

    def nothing(self: object) -> None:
        return None

    loop: type = selector_events.BaseSelectorEventLoop
    for name in ("_make_self_pipe", "_close_self_pipe", "_write_to_self"):
        setattr(loop, name, nothing)
    setattr(selectors, "DefaultSelector", ClockSelector)  # noqa: B010 - a type checker forbids to assign a class
