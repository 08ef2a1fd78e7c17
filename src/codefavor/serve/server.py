"""Loads a judge and runs the server until it is stopped."""

import os
from collections.abc import Callable, Mapping

from codefavor.errors import ConfigError
from codefavor.judges.evidence import EvidenceJudge
from codefavor.judges.load import load_judge
from codefavor.sandbox.engine import EngineChoice
from codefavor.sandbox.shared import SharedEngine
from codefavor.serve.app import Service
from codefavor.serve.batcher import BatchSettings
from codefavor.serve.settings import ServeSettings
from codefavor.web.listen import is_loopback, listen

TOKEN = "CODEFAVOR_TOKEN"
_GRACE = 5
"""Seconds beyond the longest answer that a stopped server waits for."""


def read_token(environment: Mapping[str, str], host: str) -> str | None:
    """Return the token that clients must know, None where there is none.

    Raises:
        ConfigError: other machines can reach `host` and there is no token, or it cannot stand in a header.
    """
    token = environment.get(TOKEN, "").strip()
    if token and not (token.isascii() and token.isprintable()):
        raise ConfigError(f"{TOKEN}: a token has visible ASCII characters only")
    if not token and not is_loopback(host):
        raise ConfigError(f"{host}: other machines reach this address; set {TOKEN} to a secret, or serve on 127.0.0.1")
    return token or None


def serve(
    spec: str,
    engine: EngineChoice,
    settings: ServeSettings,
    host: str,
    port: int,
    token: str | None,
    ready: Callable[[str], None],
) -> None:
    """Serve the judge of `spec` until interrupted; `ready` is called with the address.

    Raises:
        CodeFavorError: the judge cannot be loaded or cannot work here, or the port is taken.
    """
    with SharedEngine(os.cpu_count() or 1, engine) as shared:
        judge = load_judge(spec, engine, EvidenceJudge(engine=engine, shared=shared))
        judge.judge([])  # whoever runs code opens the sandbox now, and reports now if it is not safe
        service = Service(judge, settings, _batching(shared, settings), token, shared.close)
        listen(service.app(), host, port, ready, round(settings.max_seconds) + _GRACE)


def _batching(shared: SharedEngine, settings: ServeSettings) -> BatchSettings:
    """Return one call of the judge for many comparisons, or, where code is run, many calls for one comparison each.

    A comparison that is run may take a minute; in a batch all others would wait for it.
    """
    if shared.is_open:
        return BatchSettings(max_batch=1, max_wait=0.0, workers=shared.workers, max_waiting=settings.max_waiting)
    return BatchSettings(max_waiting=settings.max_waiting)
