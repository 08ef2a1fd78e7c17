"""The server: HTTP/1.1 by hand over asyncio, so that one core answers thousands of requests a second.

`Loopback` runs it in a thread, `LoopbackProcess` (in `loopback.process`) as a program of its own. It keeps connections
alive, and counts what it was asked; what is said comes from a function given.
"""

import asyncio
import hashlib
import json
import threading
from collections import Counter, deque
from collections.abc import Callable
from types import TracebackType
from typing import Any

from loopback.answers import echo
from loopback.dialects import Answer, Dialect, dialect_of, reply_to
from loopback.faults import Fault, Schedule

_REASONS = {200: "OK", 404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error"}


class Asked:
    """One request as it came."""

    def __init__(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> None:
        self.path = path
        self.headers = headers
        self.body = body


class Tally:
    """What the server was asked and how it answered."""

    def __init__(self) -> None:
        self.requests = 0
        self.answered = 0
        self.repeated = 0
        """Requests answered although the very same one had been answered in full before."""
        self.connections = 0
        self.open: set[asyncio.Transport] = set()
        self.in_flight = 0
        self.peak = 0
        self.faults: Counter[str] = Counter()
        self.asked: deque[Asked] = deque(maxlen=10_000)
        """The latest requests."""
        self.attempts: Counter[str] = Counter()
        self.answers: Counter[str] = Counter()

    def summary(self) -> dict[str, Any]:
        names = ("requests", "answered", "repeated", "connections", "in_flight", "peak")
        counts = {name: getattr(self, name) for name in names}
        return {**counts, "faults": dict(self.faults), "distinct": len(self.answers)}


class _Connection(asyncio.Protocol):
    def __init__(self, answer: Answer, latency: float, schedule: Schedule, tally: Tally) -> None:
        self._answer = answer
        self._latency = latency
        self._schedule = schedule
        self._tally = tally
        self._received = bytearray()
        self._waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._tally.connections += 1
        self._tally.open.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self._tally.open.discard(self._transport)
        if self._waiting:
            self._tally.in_flight -= 1
            self._waiting = False

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        request, *lines = self._received[:end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body_end = end + 4 + int(headers.get("content-length", 0))
        if len(self._received) < body_end:
            return
        body = bytes(self._received[end + 4 : body_end])
        del self._received[:body_end]
        self._handle(request.split(" ")[1], headers, body)

    def _handle(self, path: str, headers: dict[str, str], body: bytes) -> None:
        path = path.partition("?")[0]
        if path == "/stats":
            self._send(200, self._tally.summary())
            return
        dialect = dialect_of(path)
        if dialect is None:
            self._send(404, {"error": {"message": f"no such path: {path}"}})
            return
        parsed = json.loads(body)
        digest = hashlib.sha256(body).hexdigest()[:24]
        tally = self._tally
        fault = self._schedule.draw(digest, tally.attempts[digest])
        tally.attempts[digest] += 1
        tally.requests += 1
        tally.in_flight += 1
        tally.peak = max(tally.peak, tally.in_flight)
        tally.asked.append(Asked(path, headers, parsed))
        if fault:
            tally.faults[fault] += 1
        self._waiting = True
        if fault != "hang":
            self._loop.call_later(self._latency, self._respond, dialect, parsed, digest, fault)

    def _respond(self, dialect: Dialect, body: dict[str, Any], digest: str, fault: Fault | None) -> None:
        if not self._waiting:
            return
        if fault == "rate-limit":
            self._done()
            wait = {"Retry-After": f"{self._schedule.retry_after:g}"}
            self._send(429, {"error": {"message": "slow down", "type": "rate_limit_error"}}, wait)
        elif fault == "server-error":
            self._done()
            self._send(500, {"error": {"message": "the server stumbled", "type": "server_error"}})
        elif fault == "wrong-format":
            self._done()
            self._send(200, {"object": "list", "data": []})
        else:
            self._answer_or_spoil(json.dumps(reply_to(dialect, body, self._answer)).encode(), digest, fault)

    def _answer_or_spoil(self, payload: bytes, digest: str, fault: Fault | None) -> None:
        if fault == "broken-json":
            self._done()
            self._write(200, payload[: len(payload) // 2])
        elif fault == "cut":
            self._transport.write(_head(200, len(payload)) + payload[: len(payload) // 2])
            self._transport.close()
        elif fault == "slow":
            self._transport.write(_head(200, len(payload)))
            self._trickle(payload, max(1, len(payload) // 10), digest)
        else:
            self._count_answer(digest)
            self._write(200, payload)

    def _trickle(self, rest: bytes, size: int, digest: str) -> None:
        if not self._waiting:
            return
        self._transport.write(rest[:size])
        if len(rest) > size:
            self._loop.call_later(self._schedule.slow_seconds / 10, self._trickle, rest[size:], size, digest)
        else:
            self._count_answer(digest)

    def _count_answer(self, digest: str) -> None:
        self._done()
        self._tally.answered += 1
        self._tally.repeated += self._tally.answers[digest] > 0
        self._tally.answers[digest] += 1

    def _done(self) -> None:
        self._waiting = False
        self._tally.in_flight -= 1

    def _send(self, status: int, content: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self._write(status, json.dumps(content).encode(), headers)

    def _write(self, status: int, payload: bytes, headers: dict[str, str] | None = None) -> None:
        self._transport.write(_head(status, len(payload), headers) + payload)


def _head(status: int, length: int, headers: dict[str, str] | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status} {_REASONS[status]}", "Content-Type: application/json", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def serve(answer: Answer, latency: float, schedule: Schedule, tally: Tally, ready: Callable[[int], None]) -> None:
    """Serve on a free port of the loopback address until cancelled; `ready` is given the port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Connection(answer, latency, schedule, tally), "127.0.0.1", 0, backlog=4096
    )
    ready(server.sockets[0].getsockname()[1])
    try:
        await asyncio.Event().wait()
    finally:
        server.close()
        for transport in tally.open:
            transport.abort()
        await asyncio.sleep(0)


class Loopback:
    """The server in a thread, as a context manager.

    >>> with Loopback(lambda messages: "YES") as server:
    ...     server.url                    # http://127.0.0.1:PORT/v1, the base URL for the OpenAI protocol
    ...     server.tally.requests         # what it was asked so far
    """

    def __init__(self, answer: Answer = echo, latency: float = 0.0, schedule: Schedule | None = None) -> None:
        self._answer = answer
        self._latency = latency
        self._schedule = schedule or Schedule()
        self.tally = Tally()

    @property
    def url(self) -> str:
        return f"{self.root}/v1"

    def __enter__(self) -> "Loopback":
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), name="loopback", daemon=True)
        self._thread.start()
        assert started.wait(60), "the loopback server did not start"
        return self

    def _run(self, started: threading.Event) -> None:
        def ready(port: int) -> None:
            self.root = f"http://127.0.0.1:{port}"
            started.set()

        async def main() -> None:
            self._loop = asyncio.get_running_loop()
            self._task = asyncio.ensure_future(serve(self._answer, self._latency, self._schedule, self.tally, ready))
            await asyncio.gather(self._task, return_exceptions=True)

        asyncio.run(main())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(60)
