"""What every request passes first: known hosts, the page's own origin, small bodies in time; headers on every response.

Every site that a user's browser has open can reach a server on loopback. A foreign host name means that DNS was turned
on us, a foreign origin that another page is posting. It knows nothing of tokens or sessions.
"""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
"""Any port: a user may come through a tunnel of their own."""

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    # Not "no-referrer": under it browsers send the page's own form with the origin "null".
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Admission:
    """What a request must keep to."""

    hosts: frozenset[str] | None = HOSTS
    """The names the server answers to; None where it is open to other machines and a token protects it."""
    max_body: int = 64 * 1024
    """Bytes."""
    body_seconds: float = 30.0
    """How long a body may take to arrive."""


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, admission: Admission = Admission()) -> None:
        self._app = app
        self._admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sending = _with_headers(send)
        refusal = self._refusal(Headers(scope=scope))
        if refusal:
            await refusal(scope, receive, sending)
            return
        await self._app(scope, self._limited(receive), sending)

    def _refusal(self, headers: Headers) -> JSONResponse | None:
        host = headers.get("host", "")
        if self._admission.hosts is not None and _parts(f"//{host}")[1] not in self._admission.hosts:
            return refusal(421, "this server answers to localhost only")
        origin = headers.get("origin")
        if origin is not None and _parts(origin)[0] != host:
            return refusal(403, "this request comes from another site")
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdecimal()):
            return refusal(400, "the length of the body is not a number")
        if len(length) > 18 or int(length) > self._admission.max_body:
            return refusal(413, self._too_large())
        return None

    def _too_large(self) -> str:
        return f"the request is too large: {self._admission.max_body} bytes are the most"

    def _limited(self, receive: Receive) -> Receive:
        received = 0
        complete = False
        deadline = asyncio.get_running_loop().time() + self._admission.body_seconds

        async def limited() -> Message:
            nonlocal received, complete
            if complete:  # what comes now is only the news that the client has gone
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, "the body did not arrive in time") from None
            received += len(message.get("body", b""))
            complete = not message.get("more_body", False)
            if received > self._admission.max_body:  # a body that named no length
                raise HTTPException(413, self._too_large())
            return message

        return limited


def refusal(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return a refusal in the one shape that every refusal has: a status and a sentence."""
    return JSONResponse({"detail": detail}, status_code=status, headers=headers)


def _parts(address: str) -> tuple[str, str | None]:
    """Return the host with its port, and the host alone."""
    try:
        found = urlsplit(address)
        return found.netloc, found.hostname
    except ValueError:
        return "", None


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(_HEADERS)
        await send(message)

    return sending
