"""Runs the study's page on loopback until it is stopped."""

from collections.abc import Callable, Mapping
from pathlib import Path

from codefavor.annotate.app import Study
from codefavor.annotate.auth import SessionAuth
from codefavor.annotate.store import Store, sole_server
from codefavor.annotate.study import StudySettings, StudyTask
from codefavor.errors import ConfigError
from codefavor.web.listen import is_loopback, listen

_PATIENCE = 5


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
    if not is_loopback(host):
        raise ConfigError(f"{host}: only loopback is served; annotators elsewhere come through a tunnel (ssh -L)")
    with sole_server(path):
        store = Store.begin(path, settings, tasks)
        try:
            listen(Study(store, SessionAuth(store.secret(), annotators)).app(), host, port, ready, _PATIENCE)
        finally:
            store.close()
