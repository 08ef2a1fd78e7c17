"""What a candidate needed and its engine does not have: a circumstance, never its fault. Pure."""

import re

from codefavor.sandbox.job import CallOutcome, JobResult
from codefavor.sandbox.wire import Raised

_MODULE = re.compile(r"No module named '([\w.]+)'")
_FUNCTION = re.compile(r"module '(?:os|posix|select|signal|_?socket|time)' has no attribute '(\w+)'")
_MESSAGES = (
    ("can't start new thread", "threads"),
    ("does not support processes", "processes"),
    ("build lacks multiprocessing", "processes"),
    ("Stack overflow", "a deeper stack"),
    ("waits for something that cannot happen", "events from outside"),
    ("cannot fit 'int' into an index-sized integer", "sizes of 64 bits"),
    ("too large to convert to C ssize_t", "sizes of 64 bits"),
)
_NOT_AVAILABLE = "NotAvailableError"
"""What `inside/javascript` raises for what its interpreter lacks; the message names it."""
_NOT_SUPPORTED = "[Errno 58]"
"""The errno of WASI for what it does not support: sockets, above all."""


def lacking(result: JobResult) -> str | None:
    """Return what the engine lacked for a job, in words, or None."""
    needs = (lacking_for(outcome) for outcome in (result.loading, *result.outcomes))
    return next((need for need in needs if need), None)


def lacking_for(outcome: CallOutcome) -> str | None:
    """Return what the engine lacked for a call by the way it ended, or None."""
    if outcome.ended == "stack":
        return "a deeper stack"
    if outcome.raised is None:
        return None
    return _module(outcome.raised) or (_refused if outcome.fuel is None else _need)(outcome.raised)


def _module(raised: Raised) -> str | None:
    module = _MODULE.search(raised.message) if "ImportError" in raised.bases else None
    return f"the module {module.group(1)}" if module else None


def _refused(raised: Raised) -> str | None:
    """Return what the layers around a native process refused."""
    return "what the sandbox refuses" if {"PermissionError", "gaierror"} & {*raised.bases} else None


def _need(raised: Raised) -> str | None:
    if raised.type_name == _NOT_AVAILABLE:
        return raised.message
    if "OSError" in raised.bases and raised.message.startswith(_NOT_SUPPORTED):
        return "processes" if "processes" in raised.message else "the network"
    if function := _FUNCTION.search(raised.message):
        return f"the function {function.group(1)} of the system"
    return next((need for message, need in _MESSAGES if message in raised.message), None)
