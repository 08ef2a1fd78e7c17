"""The messages between an engine and what runs a candidate. It needs the standard library alone.

The native engine asks its fork server with a `RunRequest`, which answers with a `RunReply`; the wasm engine asks its
guest with a `LoadRequest` and then one `CallRequest` after the other. What a candidate's side reports are lines: of the
native engine a `LayersReport` before anything foreign runs, then any number of `CallReport` and `RefusalReport`. A
candidate may write lines of its own: `sandbox.reports` reads them, outside.
"""

import json
import struct
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, get_args

LOADING: Final = -1
"""The index that stands for loading the code."""
MAX_TEXT: Final = 2000
"""Characters of a message or of standard output that are kept of one call."""
REQUESTS: Final = 4
"""The descriptor from which a guest reads requests."""
REPORTS: Final = 5
"""The descriptor to which a guest writes reports."""
HEADER_BYTES: Final = 4
"""Bytes before every message between the pool and the fork server: its length."""

Killed = Literal["wall", "output", "lost"]
"""Why a process was killed: by our clock, for writing too much, or because the sandbox lost it."""
CallEnding = Literal["returned", "raised", "too large", "timed out"]
"""How a call ended, the worst last."""
ENDINGS: Final = get_args(CallEnding)
"""The endings of a call in that order."""


@dataclass(frozen=True)
class ProcessLimits:
    """What one process, or one instance of a guest, may use."""

    cpu_seconds: int = 10
    """Seconds of processor time, of a native process."""
    call_seconds: int = 2
    """Seconds of processor time of one call in a native process, which has no fuel."""
    wall_seconds: int = 30
    """Seconds by the clock of a native process, for programs that sleep; a machine under load must not reach it."""
    guest_seconds: int = 600
    """Seconds by the clock of a guest, which its fuel ends long before."""
    memory: int = 1 << 30
    """Bytes of address space, or of a guest's memory."""
    output: int = 4 << 20
    """Bytes of results, and of standard output, that are kept."""
    file_size: int = 16 << 20
    """Bytes of one written file."""
    files: int = 64
    """Files open at once."""


@dataclass(frozen=True)
class ServerSettings:
    """How a fork server confines its candidates; its only argument."""

    readable: tuple[str, ...]
    """Folders and files that candidates may read."""
    scratch: str | None
    """The folder in which each candidate gets a folder of its own; None for none."""
    required: tuple[str, ...]
    """The layers without which a candidate is not run."""

    @classmethod
    def from_json(cls, text: str) -> "ServerSettings":
        """Return the settings that `to_json` wrote."""
        data = json.loads(text)
        return cls(tuple(data["readable"]), data["scratch"], tuple(data["required"]))


@dataclass(frozen=True)
class LoadRequest:
    """What a guest is told first."""

    code: str
    """The candidate."""
    program: bool
    """Whether it is run as a program instead of being loaded and called."""
    measured: bool
    """Whether calls are measured, so that nothing is done beside them: changed arguments are not noticed."""
    token: str = ""
    """What every report begins with. JavaScript cannot learn it, so that what a candidate writes is no report."""


@dataclass(frozen=True)
class CallRequest:
    """One call of a job."""

    index: int
    """Its place in the job."""
    source: str
    """Statements and a last expression; "" where a function is named."""
    function: str = ""
    """The name of a function that is called with positional arguments."""
    arguments: str = ""
    """Those arguments as `marshal` writes a tuple, in base64: to read them takes a hundredth of parsing them."""


@dataclass(frozen=True)
class RunRequest:
    """What one process of a candidate is to do."""

    code: str
    """The candidate."""
    calls: tuple[CallRequest, ...]
    """What is called, in this order."""
    program: bool
    """Whether it is run as a program instead."""
    stdin: str
    """What a program finds on standard input."""
    limits: ProcessLimits
    """What the process may use."""

    @classmethod
    def from_json(cls, text: bytes) -> "RunRequest":
        """Return the request that `to_json` wrote."""
        data = json.loads(text)
        calls = tuple(CallRequest(**call) for call in data.pop("calls"))
        return cls(calls=calls, limits=ProcessLimits(**data.pop("limits")), **data)


@dataclass(frozen=True)
class RunReply:
    """How one process of a candidate ended, and what it wrote."""

    status: int
    """Its exit status; negative is the number of a signal."""
    killed: Killed | None
    """Why it was killed, where it was."""
    cpu_seconds: float
    """Its processor time, by the kernel's account."""
    results: str
    """The lines it reported."""
    stdout: str
    """Its standard output and error."""

    @classmethod
    def from_json(cls, text: bytes) -> "RunReply":
        """Return the reply that `to_json` wrote."""
        return cls(**json.loads(text))


@dataclass(frozen=True)
class LayersReport:
    """What protects the machine from this process; its first line."""

    layers: dict[str, str]
    """Every layer with "on" or why it is off."""


@dataclass(frozen=True)
class RefusalReport:
    """Something that a program tried and the sandbox refuses."""

    refused: str
    """What it was."""


@dataclass(frozen=True)
class Raised:
    """An exception."""

    type_name: str
    """The name of its type."""
    bases: tuple[str, ...]
    """The names of that type and those it derives from."""
    message: str
    """Its text, cut at `MAX_TEXT`."""
    line: int | None
    """The innermost line of the candidate that it passed."""

    def __str__(self) -> str:
        return f"{self.type_name}: {self.message}" if self.message else self.type_name


@dataclass(frozen=True)
class CallReport:
    """A line about one call; later lines about the same call add to it."""

    call: int
    """The call's index, or `LOADING`."""
    ended: CallEnding | None = None
    """How it ended; None where this line does not say."""
    value: Any = None
    """What it returned, as `inside.values.encode` writes it."""
    packed: str | None = None
    """What it returned instead, as `inside.packing.pack` writes it."""
    raised: Raised | None = None
    """The exception, where one ended it."""
    stdout: str | None = None
    """What it printed, cut at `MAX_TEXT`."""
    mutated: bool | None = None
    """Whether the arguments were changed; None where that could not be told."""

    def followed_by(self, later: "CallReport") -> "CallReport":
        """Return what both lines say together; the worse ending counts, and the later line otherwise."""
        added = {name: value for name, value in vars(later).items() if value is not None}
        if self.ended and later.ended:
            added["ended"] = max(self.ended, later.ended, key=ENDINGS.index)
        return replace(self, **added)


def to_json(message: object) -> str:
    """Return a message as one line of JSON."""
    return json.dumps(message, default=_fields)


def _fields(message: Any) -> dict[str, Any]:
    fields: dict[str, Any] = message.__dict__
    return fields


def to_frame(message: object) -> bytes:
    """Return a message with its length before it, as it passes between the pool and the fork server."""
    body = to_json(message).encode()
    return struct.pack(">I", len(body)) + body


def body_size(header: bytes) -> int:
    """Return the length of the message that follows a header."""
    size: int = struct.unpack(">I", header)[0]
    return size
