"""Who is let in and how many at once: the bearer token, a bound on requests under way, and a count of both.

It stands before the body is read. What a request is about is not known here.
"""

import hashlib
import hmac
import time
from collections.abc import Collection

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from codefavor.serve.metrics import Metrics
from codefavor.web.guard import refusal

OPEN_PATHS = frozenset({"/", "/health", "/openapi.json", "/static/playground.css", "/static/playground.js"})
"""What needs no token: nothing of it costs anything or tells anything."""

_NO_ROUTE = "other"


class AuthMiddleware:
    """ASGI middleware around the routes."""

    def __init__(
        self, app: ASGIApp, token: str | None, max_requests: int, metrics: Metrics, paths: Collection[str]
    ) -> None:
        """Let in who knows `token`, anyone where it is None; `paths` are those counted by their name."""
        self._app = app
        self._digest = None if token is None else _digest(token.encode())
        self._most = max_requests
        self._metrics = metrics
        self._paths = frozenset(paths)
        self._active = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"] if scope["path"] in self._paths else _NO_ROUTE
        started = time.perf_counter()
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._enter(scope, receive, sending)
        finally:
            self._metrics.requests.labels(path, status).inc()
            self._metrics.seconds.labels(path).observe(time.perf_counter() - started)

    async def _enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] in OPEN_PATHS:
            await self._app(scope, receive, send)
        elif not self._knows(Headers(scope=scope).get("authorization", "")):
            headers = {"WWW-Authenticate": "Bearer"}
            await refusal(401, "a token is needed: Authorization: Bearer …", headers)(scope, receive, send)
        elif self._active >= self._most:
            await refusal(429, "too many requests are under way", {"Retry-After": "1"})(scope, receive, send)
        else:
            await self._pass(scope, receive, send)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._active += 1
        self._metrics.active.set(self._active)
        try:
            await self._app(scope, receive, send)
        finally:
            self._active -= 1
            self._metrics.active.set(self._active)

    def _knows(self, header: str) -> bool:
        if self._digest is None:
            return True
        scheme, _, word = header.partition(" ")
        # Digests are of one length, so that the time taken tells nothing of the token, not even its length.
        right = hmac.compare_digest(_digest(word.strip().encode("latin-1", "replace")), self._digest)
        return right and scheme.lower() == "bearer"


def _digest(word: bytes) -> bytes:
    return hashlib.sha256(word).digest()
