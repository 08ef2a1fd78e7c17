"""The base of every record that travels between stages: frozen, closed, and with a digest of its content.

It knows nothing of files; reading and writing records is `codefavor.jsonl`.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A frozen record; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    def digest(self) -> str:
        """Return 16 hex digits that depend on every field and on nothing else."""
        return content_digest(self.model_dump(mode="json"))


def content_digest(content: Any) -> str:
    """Return the first 16 hex digits of the SHA-256 of `content` as canonical JSON."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


class Faults(Protocol):
    """A validation error: pydantic's own, or that of a library built on it."""

    def errors(self) -> Sequence[Any]:
        """Return what is at fault, each with `loc` and `msg`."""


def explain(error: Faults) -> str:
    """Return one sentence for a validation error: the first field at fault, why, and how many more there are."""
    first, *others = error.errors()
    where = ".".join(str(part) for part in first["loc"]) or "record"
    reason = first["msg"].removeprefix("Value error, ")
    more = f" (and {len(others)} more)" if others else ""
    return f"{where}: {reason}{more}"
