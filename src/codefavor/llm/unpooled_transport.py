"""An HTTP transport for hundreds of requests in flight at once.

A connection pool walks over all its connections for every request, which at 256 of them takes more time than the
request itself. Here every connection is a pool of one, and idle ones wait on a stack. Whole answers only: nothing is
streamed to the caller.
"""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

_KEEP_ALIVE_SECONDS = 30.0


class UnpooledTransport(httpx2.AsyncBaseTransport):
    """A transport that gives every request in flight a connection of its own, reused afterwards."""

    def __init__(self, base_url: str) -> None:
        self._proxy = _environment_proxy(base_url)
        self._verify = httpx2.create_ssl_context()
        self._idle: list[httpx2.AsyncHTTPTransport] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send `request` and return the response with its whole body read."""
        connection = self._idle.pop() if self._idle else self._open_connection()
        try:
            response = await connection.handle_async_request(request)
            try:
                body = await response.aread()
            finally:
                await response.aclose()
        finally:
            self._idle.append(connection)
        return httpx2.Response(
            response.status_code,
            headers=_without_encoding(response.headers),
            content=body,
            extensions=response.extensions,
        )

    def _open_connection(self) -> httpx2.AsyncHTTPTransport:
        limits = httpx2.Limits(max_connections=1, keepalive_expiry=_KEEP_ALIVE_SECONDS)
        return httpx2.AsyncHTTPTransport(verify=self._verify, limits=limits, proxy=self._proxy)

    async def aclose(self) -> None:
        """Close every idle connection."""
        while self._idle:
            await self._idle.pop().aclose()


def _without_encoding(headers: httpx2.Headers) -> list[tuple[str, str]]:
    # The body was decoded when it was read, so its old encoding and length no longer hold.
    stale = {"content-encoding", "content-length", "transfer-encoding"}
    return [(name, value) for name, value in headers.items() if name.lower() not in stale]


def _environment_proxy(base_url: str) -> str | None:
    # A client with a transport of its own ignores HTTPS_PROXY and NO_PROXY, which many networks cannot do without.
    address = urlsplit(base_url)
    if proxy_bypass(address.netloc):
        return None
    return getproxies().get(address.scheme)
