"""Work spread over the processes of a Ray cluster with Ray Data; the one module that knows Ray.

It carries text to a function and its answers back as they are ready. What the text means, what is written where and
how work that broke off goes on is the caller's. Without an address a cluster of this machine alone is started, on
loopback and without dashboard. No environment variable travels with the work: a key has to be in the environment of
the machine that needs it.
"""

import importlib
import logging
import os
import socket
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from codefavor.errors import MissingExtraError, UserError

_PATIENCE_SECONDS = 5.0


def spread(tasks: Sequence[str], work: Callable[[str], str], workers: int, address: str | None) -> Generator[str]:
    """Yield what `work`, a function of a module, makes of every task, as it is ready, in `workers` actors.

    An actor is a process that lives as long as the run, so `work` may keep what it has loaded. Work whose actor is lost
    is done again by another one, so it must bear to be repeated. Close the iterator
    (`contextlib.closing`) when leaving early: that ends the work, and a cluster of this machine with it.

    Raises:
        MissingExtraError: Ray is not installed.
        UserError: there is no cluster at `address`.
    """
    if not tasks:
        return
    with _cluster(workers, address) as ray:
        # A block for every task: Ray hands over whole blocks, and a finished task is not to wait for another one.
        rows = ray.data.from_items(list(tasks), override_num_blocks=len(tasks))
        # One task at a time, or those behind a slow one would wait while another actor has nothing to do.
        actors = ray.data.ActorPoolStrategy(size=min(workers, len(tasks)), max_tasks_in_flight_per_actor=1)
        for row in rows.map(_Actor, fn_constructor_args=(work,), num_cpus=1, compute=actors).iter_rows():
            yield row["item"]


class _Actor:
    """Does `work` on one task after the other."""

    def __init__(self, work: Callable[[str], str]) -> None:
        self._work = work

    def __call__(self, row: dict[str, str]) -> dict[str, str]:
        return {"item": self._work(row["item"])}


def reach(address: str | None) -> None:
    """Make sure that Ray is there and that somebody listens at `address`, before anything is written for a run.

    Ray itself tries a wrong address for more than a minute. Addresses without a port (`auto`, `ray://…`) are Ray's to
    judge.

    Raises:
        MissingExtraError: Ray is not installed.
        UserError: nobody listens at `address`.
    """
    if not (find_spec("ray") and find_spec("pyarrow")):
        raise MissingExtraError("ray", "ray")
    host, _, port = (address or "").rpartition(":")
    if not host or not port.isdecimal() or "/" in host:
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), _PATIENCE_SECONDS).close()
    except (OSError, OverflowError) as error:
        raise UserError(f"no Ray cluster at {address}: {error}; check --ray-address") from None


@contextmanager
def _cluster(workers: int, address: str | None) -> Iterator[Any]:
    ray = _load(own=address is None)
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        if address is None:
            # "local", or a cluster named by RAY_ADDRESS would be joined unasked.
            own = {"num_cpus": workers, "include_dashboard": False}
            ray.init("local", **own, **quiet)
        else:
            ray.init(address, **quiet)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise UserError(f"no Ray cluster at {address or 'this machine'}: {' '.join(str(error).split())}") from None
    try:
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        yield ray
    finally:
        ray.shutdown()


def _load(*, own: bool) -> Any:
    # Read when Ray is imported.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    if own:
        # Ray replaces 127.0.0.1 by the address of a network card and listens on all; this keeps it on loopback.
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    try:
        ray = importlib.import_module("ray")
        importlib.import_module("ray.data")
    except ImportError:
        raise MissingExtraError("ray", "ray") from None
    return ray
