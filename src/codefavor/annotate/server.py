"""Runs the study's page on loopback until it is stopped."""

import ipaddress
from collections.abc import Callable, Mapping
from pathlib import Path
from socket import socket as Socket

import uvicorn

from codefavor.annotate.app import Study
from codefavor.annotate.identity import Door
from codefavor.annotate.store import Store, sole_server
from codefavor.annotate.study import StudySettings, StudyTask
from codefavor.errors import ConfigError, UserError


def serve(
    path: Path,
    settings: StudySettings,
    tasks: tuple[StudyTask, ...],
    annotators: Mapping[str, str] | None,
    host: str,
    port: int,
    ready: Callable[[str], None],
) -> None:
    """Serve the study kept at `path` until interrupted; `ready` is called with its address.

    Raises:
        ConfigError: the host is not loopback.
        UserError: the port is taken, or the study is not the one begun at `path` or open elsewhere.
        DataError: something else than a study is at `path`.
    """
    check_loopback(host)
    with sole_server(path):
        store = Store.begin(path, settings, tasks)
        try:
            app = Study(store, Door(store.secret(), annotators)).app()
            config = uvicorn.Config(
                app,
                host=host,
                port=port,
                log_level="warning",
                access_log=False,
                timeout_graceful_shutdown=5,
                timeout_keep_alive=75,
            )
            try:
                socket = config.bind_socket()
            except SystemExit:
                raise UserError(f"{host}:{port}: cannot be served on; another program may have the port") from None
            bound = socket.getsockname()[1]
            address = f"http://{f'[{host}]' if ':' in host else host}:{bound}/"
            _Announced(config, lambda: ready(address)).run(sockets=[socket])
        finally:
            store.close()


class _Announced(uvicorn.Server):
    """Says when it listens: a socket that is only bound refuses connections."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[Socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._listening()


def check_loopback(host: str) -> None:
    """Refuse a host that other machines could reach.

    Raises:
        ConfigError: the host is not loopback.
    """
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ConfigError(f"{host}: only loopback is served; annotators elsewhere come through a tunnel (ssh -L)")
