"""Errors of the hosted clients, mapped to ours: what may pass, what asks for patience, what is final.

The `openai` and `anthropic` clients raise errors of the same shape, so one mapping serves both; `google` has its own
and shares the reading of status and headers. Keys are cut out of every message.
"""

import email.utils
import time
from collections.abc import Mapping

from codefavor.errors import ModelError, ModelTimeoutError, ModelUnavailableError, RateLimitError

_PASSING = {408, 409, 425}
_LONGEST_MESSAGE = 300


def map_client_error(name: str, error: Exception, key: str | None) -> ModelError:
    """Return our error for `error`, raised by the `openai` or `anthropic` client of model `name` that used `key`."""
    message = f"{name}: {clean_message(str(error) or type(error).__name__, key)}"
    response = getattr(error, "response", None)
    if response is not None and getattr(error, "code", None) != "insufficient_quota":
        return map_status(message, response.status_code, response.headers)
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "APITimeoutError" in kinds:
        return ModelTimeoutError(f"{name}: no answer in time")
    if "APIConnectionError" in kinds:
        cause = type(error.__cause__).__name__ if error.__cause__ else "no reason given"
        return ModelUnavailableError(f"{message} ({cause})")
    return ModelError(message)


def map_status(message: str, status: int, headers: Mapping[str, str]) -> ModelError:
    """Return our error for a response with this HTTP status and these headers."""
    wait = retry_after(headers)
    if status == 429 or (wait is not None and status >= 500):
        return RateLimitError(message, wait)
    if status < 400 or status in _PASSING or status >= 500:
        return ModelUnavailableError(message)
    return ModelError(message)


def clean_message(text: str, key: str | None) -> str:
    """Return `text` on one line, without the key and not longer than a few lines' worth."""
    text = " ".join(text.split())
    if key:
        text = text.replace(key, "***")
    return text if len(text) <= _LONGEST_MESSAGE else text[:_LONGEST_MESSAGE] + "…"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a response asks to wait, from `retry-after-ms` or `retry-after` (seconds or a date)."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers[name]) * unit)
        except (KeyError, ValueError):
            continue
    date = email.utils.parsedate_tz(headers.get("retry-after", ""))
    return max(0.0, email.utils.mktime_tz(date) - time.time()) if date else None
