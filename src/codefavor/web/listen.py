"""Runs an application on a socket until it is stopped, and says when it listens. It knows nothing of what is served."""

import ipaddress
import logging
from collections.abc import Callable
from socket import socket as Socket

import uvicorn
from starlette.types import ASGIApp

from codefavor.errors import UserError

_LOG = logging.getLogger(__name__)


def listen(app: ASGIApp, host: str, port: int, ready: Callable[[str], None], patience: int) -> None:
    """Serve `app` until SIGINT or SIGTERM; port 0 takes any free one, `ready` is called with the address.

    A stopped server takes no new connection and gives requests under way `patience` seconds to end.

    Raises:
        UserError: the host or the port cannot be served on.
    """
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=patience,
        timeout_keep_alive=75,
    )
    try:
        socket = config.bind_socket()
    except SystemExit:
        raise UserError(f"{host}:{port}: cannot be served on; another program may have the port") from None
    bound = socket.getsockname()[1]
    address = f"http://{f'[{host}]' if ':' in host else host}:{bound}/"
    _Announced(config, lambda: ready(address)).run(sockets=[socket])
    _LOG.info("%s: stopped", address)


class _Announced(uvicorn.Server):
    """Says when it listens: a socket that is only bound refuses connections."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[Socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._listening()


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a server on `host`."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
