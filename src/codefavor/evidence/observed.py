"""From what the sandbox gives back to the record that travels: how a call ended, and its value or exception as text."""

from collections.abc import Callable
from typing import Any

from codefavor.pairs.evidence import Observed, OutcomeCode
from codefavor.sandbox.job import CallOutcome, OutcomeStatus

_MAX_LENGTH = 300
_CODES: dict[OutcomeStatus, OutcomeCode] = {
    "returned": OutcomeCode.RETURNED,
    "raised": OutcomeCode.RAISED,
    "too large": OutcomeCode.TOO_LARGE,
    "exhausted": OutcomeCode.EXHAUSTED,
    "timed out": OutcomeCode.TIMED_OUT,
    "died": OutcomeCode.DIED,
    "not run": OutcomeCode.NOT_RUN,
}


def observe(outcome: CallOutcome, write: Callable[[Any], str] = repr) -> Observed:
    """Return what came of a call as a record, its value as `write` writes it."""
    code = _CODES[outcome.status]
    if outcome.raised is not None:
        return Observed(code=code, exception=shorten(outcome.raised.type_name), text=shorten(outcome.raised.message))
    return Observed(code=code, text=shorten(write(outcome.value)) if code is OutcomeCode.RETURNED else "")


def shorten(text: str) -> str:
    """Return `text` on one line, cut in the middle where it is long; lone surrogates are shown by their escapes."""
    line = " ".join(text.encode("utf-8", "backslashreplace").decode("utf-8").split())
    return line if len(line) <= _MAX_LENGTH else f"{line[: _MAX_LENGTH // 2]} … {line[-_MAX_LENGTH // 2 :]}"
