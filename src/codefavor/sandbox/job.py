"""What an engine is asked for and what comes back, as the rest of the program sees it: jobs, calls, outcomes."""

import base64
import marshal
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from codefavor.sandbox.wire import CallRequest, ProcessLimits, Raised

CALL_FUEL = 200_000_000
"""Fuel of one call where nothing else is said: about as much as a million bytecode instructions of CPython."""
LOADING_FUEL = 20_000_000_000
"""Fuel of loading a candidate, which may import packages (scipy.stats takes 8,000,000,000)."""

JobEnd = Literal["finished", "exited", "signal", "wall", "output", "lost", "fuel", "memory", "stack", "trap"]
"""How a candidate ended: by itself, with a status, by a signal (memory, processor time, a crash), by our clock, by
writing too much, in a way that the sandbox itself could not follow; in a guest by spending its fuel, its memory or its
stack, or by another trap."""
OutcomeStatus = Literal["returned", "raised", "too large", "exhausted", "timed out", "died", "not run"]
"""How a call ended; "exhausted" is its fuel, the same on every machine, "timed out" is its processor time, "died" took
the process or the guest along."""


@dataclass(frozen=True)
class SandboxCall:
    """One piece of work: source of the candidate's language whose last expression is the result."""

    source: str
    """Statements and a last expression, in the candidate's own names."""
    budget: int = CALL_FUEL
    """Fuel before it is stopped; the native engine has processor time instead."""
    function: str = ""
    """The name of the function, where the source is known to be a call of one on plain values."""
    arguments: tuple[Any, ...] = ()
    """Those values, which then need not be parsed: plain built-in ones."""


def plain_call(function: str, arguments: Sequence[Any], budget: int) -> SandboxCall:
    """Return the call of a Python function on plain built-in values."""
    return SandboxCall(f"{function}({', '.join(map(repr, arguments))})", budget, function, tuple(arguments))


def request_of(index: int, call: SandboxCall) -> CallRequest:
    """Return the message that asks for the call at a place of a job."""
    if call.function:
        # Version 2 of the format is read by every Python 3, and shares no object between two places.
        return CallRequest(index, "", call.function, base64.b64encode(marshal.dumps(call.arguments, 2)).decode())
    return CallRequest(index, call.source)


@dataclass(frozen=True)
class Job:
    """Everything that is to be done with one candidate."""

    code: str
    """The candidate."""
    calls: tuple[SandboxCall, ...] = ()
    """What is called, in this order."""
    language: str = "python"
    """The language of the candidate, by its canonical name."""
    measured: bool = False
    """Whether the work of the calls is compared: each call then has a guest of its own, which only wasm can give."""
    growing: bool = False
    """Whether calls only get larger, so that none is made after one that spent its budget."""
    program: bool = False
    """Run the candidate as a program instead, as `__main__`."""
    stdin: str = ""
    """What a program finds on standard input."""
    limits: ProcessLimits = ProcessLimits()
    """Limits of every process or guest of this candidate."""
    budget: int = LOADING_FUEL
    """Fuel that loading the code, or running the program, may take."""


@dataclass(frozen=True)
class CallOutcome:
    """What came of one call, as the candidate's own side reports it, and its fuel as the engine read it."""

    status: OutcomeStatus
    """How it ended."""
    value: Any = None
    """The value returned, made of plain built-in values, `Kept` and `Opaque`."""
    raised: Raised | None = None
    """The exception."""
    stdout: str = ""
    """What it printed, cut at 2,000 characters."""
    mutated: bool | None = None
    """Whether the arguments were changed; None where that could not be told."""
    fuel: int | None = None
    """WebAssembly instructions from the request to the end of its work, arguments and result included; None where it
    was run natively."""
    ended: JobEnd | None = None
    """How the guest ended that it took along; None where it took none, or was run natively."""


@dataclass(frozen=True)
class JobResult:
    """What came of a job."""

    loading: CallOutcome
    """What came of loading the code (of running it, for a program in a guest)."""
    outcomes: tuple[CallOutcome, ...]
    """One for every call."""
    ended: JobEnd
    """How the last process or guest of the candidate ended."""
    status: int
    """Its exit status; negative is the number of a signal."""
    stdout: str = ""
    """What went to standard output and error past the calls, cut."""
    refused: tuple[str, ...] = ()
    """What a program tried and was refused, as far as it was noted."""
    cpu_seconds: float = 0.0
    """Processor time that it took."""
    fuel: int | None = None
    """WebAssembly instructions of everything it did; None where it was run natively."""
    memory: int | None = None
    """Bytes of memory that its largest guest had; None where it was run natively."""
    engine: str = ""
    """What ran it: engine, interpreter and versions."""
    unsafe: bool = False
    """Whether it ran without a sandbox, by the user's leave."""
