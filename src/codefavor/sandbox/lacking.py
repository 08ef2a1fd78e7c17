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
    """Return what a guest lacked for a job, in words, or None; natively nothing is known to be lacking."""
    needs = (lacking_for(outcome) for outcome in (result.loading, *result.outcomes))
    return next((need for need in needs if need), None)


def lacking_for(outcome: CallOutcome) -> str | None:
    """Return what the guest lacked for a call by the way it ended, or None; None for a call that was run natively."""
    if outcome.fuel is None:
        return None
    if outcome.ended == "stack":
        return "a deeper stack"
    return None if outcome.raised is None else _need(outcome.raised)


def _need(raised: Raised) -> str | None:
    if raised.type_name == _NOT_AVAILABLE:
        return raised.message
    if "ImportError" in raised.bases:
        module = _MODULE.search(raised.message)
        return f"the module {module.group(1)}" if module else None
    if "OSError" in raised.bases and raised.message.startswith(_NOT_SUPPORTED):
        return "processes" if "processes" in raised.message else "the network"
    if function := _FUNCTION.search(raised.message):
        return f"the function {function.group(1)} of the system"
    return next((need for message, need in _MESSAGES if message in raised.message), None)
